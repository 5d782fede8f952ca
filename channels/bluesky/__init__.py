"""Bluesky, or any other server of the AT Protocol that holds the account."""
