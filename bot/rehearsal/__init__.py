"""A whole campaign, offline: the same code, a fast clock, and stand-ins for the platforms on this machine."""

from bot.rehearsal.play import run
from bot.rehearsal.report import Progress, Report, Verdict

__all__ = ["Progress", "Report", "Verdict", "run"]
