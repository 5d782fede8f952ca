"""The web door: health and readiness."""
