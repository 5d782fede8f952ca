"""Errors of the doors.

SettingsError   a setting cannot be used; says which one, where it came from and what is expected
"""


class SettingsError(Exception):
    """A setting cannot be used as it is."""
