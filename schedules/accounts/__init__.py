"""Connected accounts: their owners, their tokens, their rate lanes."""
