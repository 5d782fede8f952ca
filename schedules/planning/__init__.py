"""From a campaign and its accounts to posts in the database."""
