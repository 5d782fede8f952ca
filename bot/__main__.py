"""``munasara``, and ``python -m bot``."""

import os
import sys


def main() -> None:
    """Run the command line; whoever interrupts it while it is still being loaded sees nothing but its exit code."""
    try:
        _open_closed_streams()
        from bot.cli.root import munasara

        munasara(prog_name="munasara")
    except KeyboardInterrupt:
        from bot.cli.exits import INTERRUPTED

        sys.exit(INTERRUPTED)


def _open_closed_streams() -> None:
    """In the order of their numbers, so that no file of ours gets the number of one that was closed."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))


if __name__ == "__main__":
    main()
