"""The journey of every delivery: claim, mark, publish, settle."""
