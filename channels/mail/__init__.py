"""Letters to the addresses of a list, one at a time, over SMTP."""
