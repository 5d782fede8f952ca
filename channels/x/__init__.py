"""The X (Twitter) adapter."""
