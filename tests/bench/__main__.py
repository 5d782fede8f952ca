"""``make bench``: every measurement, or those that are named."""

import sys

from tests.bench import action_days, burst, ledger, planning, rendering, rush, startup

PARTS = {
    "ledger": ledger.main,
    "burst": burst.main,
    "rush": rush.main,
    "rendering": rendering.main,
    "planning": planning.main,
    "action-days": action_days.main,
    "startup": startup.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        print(f"== {name}", flush=True)
        PARTS[name]()
