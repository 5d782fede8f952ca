"""Where each line of code may live, and what it may know."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source import GENERATED, PACKAGES, ROOT, parsed, source_files

FILES = source_files()
NO_PLACE = {"common", "helpers", "manager", "managers", "misc", "util", "utils"}
OUR_OWN_AFFAIRS = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b|\b[Ii]ssue \d|\b(PR|[Pp]ull request) #?\d|see #\d")
TESTED_ELSEWHERE: dict[str, str] = {
    "bot/errors.py": "a tree of names; test_documentation.py compares it with its drawing",
    "channels/errors.py": "a tree of names; test_documentation.py compares it with its drawing",
    "schedules/errors.py": "a tree of names; test_documentation.py compares it with its drawing",
}


def test_import_contracts_are_kept() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([linter, "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


def test_import_contracts_place_every_package_with_modules() -> None:
    placed = set(re.findall(r"^    ([a-z_.]+)$", _containers(), re.MULTILINE))
    with_modules = {
        path.parent.as_posix().replace("/", ".")
        for path in FILES
        if path.name != "__init__.py" and GENERATED not in path.as_posix()
    }
    assert with_modules - placed == set(), "give these packages a container in .importlinter"


def _containers() -> str:
    text = (ROOT / ".importlinter").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"^containers =\n((?:    .+\n)+)", text, re.MULTILINE))


@pytest.mark.parametrize("package", [path for path in FILES if path.name == "__init__.py"], ids=str)
def test_every_package_says_what_it_is(package: Path) -> None:
    assert ast.get_docstring(parsed(package)), f"{package} needs a docstring of one sentence"


@pytest.mark.parametrize("package", PACKAGES)
def test_every_folder_with_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in source_files(package)}
    bare = {str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()}
    assert {folder for folder in bare if GENERATED not in folder} == set()


def test_no_module_is_named_after_the_standard_library() -> None:
    clashes = {str(path) for path in FILES if path.stem in sys.stdlib_module_names and path.stem[0] != "_"}
    clashes |= {str(path.parent) for path in FILES if path.parent.name in sys.stdlib_module_names}
    assert clashes == set()


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    assert {str(path) for path in FILES if NO_PLACE & set(path.with_suffix("").parts)} == set()


def test_the_root_holds_no_module() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == set()


def test_every_import_is_absolute() -> None:
    relative = {
        f"{path}:{node.lineno}"
        for path in [*FILES, *source_files("tests")]
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.level
    }
    assert relative == set()


def test_code_speaks_of_the_product_and_not_of_our_work_on_it() -> None:
    marks = {
        f"{path}:{number}"
        for path in [*FILES, *source_files("tests")]
        if path.name != "test_architecture.py"
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if OUR_OWN_AFFAIRS.search(line)
    }
    assert marks == set()


def test_every_source_file_has_a_test_file_in_the_same_place() -> None:
    untested = {path for path in FILES if _has_code(path) and not (ROOT / _test_of(path)).exists()}
    assert {str(path) for path in untested} - set(TESTED_ELSEWHERE) == set()


def test_no_exception_from_mirroring_has_become_needless() -> None:
    needless = {
        path
        for path in TESTED_ELSEWHERE
        if (ROOT / path).exists() and (ROOT / _test_of(Path(path))).exists()
    }
    assert needless == set(), "they have a test file now; take them off TESTED_ELSEWHERE"


def test_every_folder_of_tests_is_a_package() -> None:
    folders = {path.parent for path in source_files("tests")}
    assert {str(folder) for folder in folders if not (ROOT / folder / "__init__.py").exists()} == set()


def _has_code(path: Path) -> bool:
    """Whether a file does something; packages of docstrings and generated migrations do not."""
    if GENERATED in path.as_posix():
        return False
    return any(
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(parsed(path))
    )


def _test_of(path: Path) -> Path:
    return Path("tests") / path.parent / f"test_{path.name.removeprefix('__').replace('__.py', '.py')}"
