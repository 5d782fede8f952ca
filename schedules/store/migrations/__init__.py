"""How the schema came to be, one step per file in ``versions``."""
