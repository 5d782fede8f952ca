"""Mastodon, and the servers that speak its API, over their own HTTP."""
