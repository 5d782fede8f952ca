"""``make bench``: every measurement, or those that are named."""

import sys

from tests.bench import burst, ledger, planning, rendering, startup

PARTS = {
    "ledger": ledger.main,
    "burst": burst.main,
    "rendering": rendering.main,
    "planning": planning.main,
    "startup": startup.main,
}

if __name__ == "__main__":
    for name in sys.argv[1:] or PARTS:
        print(f"== {name}", flush=True)
        PARTS[name]()
