"""How one finished post reaches one platform. An adapter remembers nothing between calls."""
