"""The source files of Munasara, for tests that read code rather than run it."""

import ast
import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
PACKAGES: Final = ("bot", "channels", "content", "schedules")
GENERATED: Final = "schedules/store/migrations"


def source_files(*packages: str) -> list[Path]:
    """Every Python file of the packages, relative to the root; of all four without an argument."""
    found = [path for package in packages or PACKAGES for path in (ROOT / package).rglob("*.py")]
    return sorted(path.relative_to(ROOT) for path in found)


def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file given relative to the root."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def modules(package: str) -> Iterator[ModuleType]:
    """Import and yield a package and everything in it, except migrations and entry points."""
    imported = importlib.import_module(package)
    yield imported
    for found in pkgutil.walk_packages(imported.__path__, f"{package}."):
        if ".migrations." not in found.name and not found.name.endswith("__main__"):
            yield importlib.import_module(found.name)
