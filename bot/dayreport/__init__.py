"""The report of an action day as a page and as a table."""
