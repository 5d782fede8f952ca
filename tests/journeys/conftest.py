"""Journeys begin in the same office as the tests of the schedules."""

from tests.schedules.conftest import office, store

__all__ = ["office", "store"]
