"""What to do after a rehearsal, as text for a terminal."""

import shutil
import sys
from pathlib import Path
from typing import Final

import content

COMMAND: Final = "munasara"
EXAMPLES: Final = Path(content.__path__[0]) / "examples"
OWN: Final = "my-campaign"

_STEPS: Final = (
    ("init", "make the database and the key"),
    ("accounts add telegram", "connect an account of your own; repeat for each"),
    ("plan {folder}", "see what will go out and when, and record it"),
    ("approve", "somebody looks at every post and approves it"),
    ("run", "send what is due, until stopped"),
)
_FIRST: Final = (
    ("new {folder}", "start a campaign of your own"),
    ("rehearse {folder}", "rehearse it, as often as you like"),
)


def next_steps(folder: Path) -> str:
    """How to go live with a folder that was rehearsed; with the example, how to start one of one's own."""
    is_example = folder.resolve().is_relative_to(EXAMPLES)
    chosen = OWN if is_example else str(folder)
    steps = (*_FIRST, *_STEPS) if is_example else _STEPS
    calls = [(f"{_command()} {call.format(folder=chosen)}", why) for call, why in steps]
    width = max(len(call) for call, _ in calls)
    lines = (f"  {call:<{width}}  {why}" for call, why in calls)
    return "\n".join(("This was a rehearsal: nothing was published. To go live:", "", *lines))


def _command() -> str:
    """How this person calls us: by name, or by the path into the environment of the checkout."""
    here = Path(sys.executable).with_name(COMMAND)
    if shutil.which(COMMAND) or not here.exists():
        return COMMAND
    working = Path.cwd()
    return str(here.relative_to(working) if here.is_relative_to(working) else here)
