"""What Meta's Graph APIs have in common: requests, complaints, and posts that are made in two steps."""
