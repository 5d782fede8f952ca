"""The files around the code fit the code and each other."""

import re
import shlex
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import yaml

from content.languages import OURS
from tests.support.commands import complaint, project
from tests.support.source import PACKAGES, ROOT

WORKERS = ["munasara", "second-worker"]


def read(name: str) -> str:
    """The text of a file at the root."""
    return (ROOT / name).read_text(encoding="utf-8")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as pairs of instruction and argument, its last stage last."""
    lines = re.sub(r"^#.*\n", "", read("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    parts = [line.partition(" ") for line in lines if line.strip()]
    return [(word, rest.strip()) for word, _, rest in parts]


def last(instruction: str) -> str:
    """The argument that is in force for the image."""
    return [rest for word, rest in instructions() if word == instruction][-1]


def compose() -> dict[str, Any]:
    """docker-compose.yml with its merges resolved."""
    loaded: dict[str, Any] = yaml.safe_load(read("docker-compose.yml"))
    return loaded


def test_uv_is_pinned_to_one_version_with_hashes() -> None:
    pinned = re.search(r"^uv==(\S+)", read(".ci/uv.txt"), re.MULTILINE)
    assert pinned is not None
    assert project()["tool"]["uv"]["required-version"] == f"=={pinned[1]}"
    assert read(".ci/uv.txt").count("--hash=sha256:") >= 10


def test_every_locked_package_has_a_hash() -> None:
    artefacts = re.findall(r"\{ url = [^}]+\}", read("uv.lock"))
    assert len(artefacts) > 100
    assert [artefact for artefact in artefacts if 'hash = "sha256:' not in artefact] == []


def test_the_licence_is_the_one_that_is_declared() -> None:
    assert project()["project"]["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in read("LICENSE")
    assert "END OF TERMS AND CONDITIONS" in read("LICENSE")


def test_the_wheel_holds_the_four_floors_and_nothing_else() -> None:
    assert sorted(project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == sorted(PACKAGES)


def test_the_wheel_holds_the_catalogs_as_nothing_there_is_ignored() -> None:
    catalogs = [path.relative_to(ROOT) for path in (ROOT / "content").rglob("*.po")]
    assert len(catalogs) == len(OURS)
    kept_out = [
        line for line in read(".gitignore").split() for path in catalogs if path.match(line.strip("/"))
    ]
    assert kept_out == []


def test_ci_runs_what_a_contributor_runs() -> None:
    syntax = subprocess.run(["bash", "-n", ROOT / ".ci" / "run"], check=False)
    assert syntax.returncode == 0
    assert "for target in check test run; do" in read(".ci/run")


@pytest.mark.parametrize("target", ["help", "run", "test", "check", "bench", "lock"])
def test_make_has_every_target(target: str) -> None:
    planned = subprocess.run(
        ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert planned.returncode == 0, planned.stderr


def test_a_python_that_is_too_old_is_told_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    old = tmp_path_factory.mktemp("bin") / "python3.9"
    old.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9;; *) exit 1;; esac\n')
    old.chmod(0o755)
    made = subprocess.run(
        ["make", "setup", f"PYTHON={old}"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert made.returncode != 0
    assert "is Python 3.9; 3.11 or newer is needed" in made.stderr


def test_every_base_image_is_pinned_by_a_tag() -> None:
    images = [rest.split()[0] for word, rest in instructions() if word == "FROM"]
    images += [compose()["services"]["postgres"]["image"]]
    assert [image for image in images if not re.fullmatch(r"[a-z]+:\d[\w.]*-\w+(-\w+)?", image)] == []


def test_the_image_does_not_run_as_root() -> None:
    user = last("USER").partition(":")[0]
    assert user.isdigit()
    assert int(user) > 0


def test_the_image_runs_a_command_that_exists() -> None:
    entry = yaml.safe_load(last("ENTRYPOINT"))
    assert entry[0] in project()["project"]["scripts"]
    assert complaint([*entry[1:], *yaml.safe_load(last("CMD"))]) is None


def test_every_file_that_the_image_copies_exists_and_is_sent_to_the_builder() -> None:
    copied = [
        shlex.split(rest)[:-1] for word, rest in instructions() if word == "COPY" and "--from" not in rest
    ]
    sources = {name for names in copied for name in names}
    assert {name for name in sources if not (ROOT / name).exists()} == set()
    sent = set(re.findall(r"^!(\S+?)/?$", read(".dockerignore"), re.MULTILINE))
    assert sources == sent


@contextmanager
def web_door(status: int) -> Iterator[str]:
    """Something that answers /health with ``status``; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing on standard error."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_asks_the_web_door(status: int, healthy: bool) -> None:
    words = yaml.safe_load(last("HEALTHCHECK").partition("CMD ")[2])
    with web_door(status) as address:
        asked = subprocess.run(
            [sys.executable, *words[1:]], env={"MUNASARA_HTTP": address}, capture_output=True, check=False
        )
    assert (asked.returncode == 0) is healthy


@pytest.mark.parametrize("service", [*WORKERS, "postgres"])
def test_every_container_is_confined(service: str) -> None:
    confined = compose()["services"][service]
    assert confined["read_only"] is True
    assert confined["cap_drop"] == ["ALL"]
    assert confined["security_opt"] == ["no-new-privileges:true"]
    assert "/tmp" in confined["tmpfs"]
    assert {"cap_add", "privileged", "ports", "network_mode", "pid"} & confined.keys() == set()


def test_one_worker_on_sqlite_is_the_default() -> None:
    default = [name for name, service in compose()["services"].items() if "profiles" not in service]
    assert default == ["munasara"]


def test_the_profile_adds_postgresql_and_a_second_worker_that_is_the_same() -> None:
    services = compose()["services"]
    added = {name: service for name, service in services.items() if service.get("profiles") == ["postgres"]}
    assert set(added) == {"postgres", "second-worker"}
    assert services["munasara"] == {
        key: value for key, value in added["second-worker"].items() if key != "profiles"
    }
    assert services["postgres"]["healthcheck"]["test"][1] == "pg_isready"


def test_no_password_stands_in_the_compose_file() -> None:
    assert compose()["services"]["postgres"]["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:-}"
    assert [line for line in read(".env.example").splitlines() if re.match(r"#?\w*PASSWORD=.", line)] == []


def test_every_volume_that_is_mounted_is_declared_and_prepared_by_the_image() -> None:
    worker = compose()["services"]["munasara"]
    mounted = dict(volume.split(":") for volume in worker["volumes"])
    assert set(mounted) < set(compose()["volumes"])
    assert list(mounted.values()) == yaml.safe_load(last("VOLUME"))
