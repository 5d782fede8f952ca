"""How long ``munasara --help`` takes beside a Python that does nothing."""

import subprocess
import sys
import time

ROUNDS = 15


def main() -> None:
    """Print the line."""
    nothing, helped = seconds("-c", "pass"), seconds("-m", "bot", "--help")
    print(
        f"python -c pass {nothing:.3f} s   munasara --help {helped:.3f} s   "
        f"{helped - nothing:.3f} s more (target < 0.15)"
    )


def seconds(*arguments: str) -> float:
    """The best of several runs."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
        best = min(best, time.perf_counter() - started)
    return best


if __name__ == "__main__":
    main()
