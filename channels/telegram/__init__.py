"""Telegram channels and groups, through a bot that is an administrator there."""
