"""The Telegram door: the campaign's bot, its handlers, and what it shows."""
