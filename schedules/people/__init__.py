"""Everybody whom the bot knows, behind pseudonyms: volunteers, and people in charge with their roles."""
