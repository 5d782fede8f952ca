"""A stand-in for any platform: its real limits, a log of what it accepted, and failures on request."""
