"""Serves a world as a process of its own: ``python -m tests.support.telegram '{"log": "accepted.jsonl"}'``."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.support.telegram.remote import Things
from tests.support.telegram.server import serving
from tests.support.telegram.world import TOKEN, World


async def run(wanted: dict[str, Any]) -> None:
    """Print the address as one line of JSON, then serve until the process ends."""
    log = Path(wanted["log"]) if "log" in wanted else None
    world = World(
        wanted.get("token", TOKEN), log=log, reads_everything=wanted.get("reads_everything", False)
    )
    async with serving(world, wanted.get("port", 0), Things(world).route) as api:
        told = {"address": api.address, "token": world.token}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(run(json.loads(sys.argv[1]) if sys.argv[1:] else {}))
