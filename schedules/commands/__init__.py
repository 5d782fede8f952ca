"""What a person can ask for, one file per noun. Every door calls these; authorisation lives here."""
