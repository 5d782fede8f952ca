from tests.bot.cli.terminal import Terminal


def test_status_of_an_empty_home_says_what_to_do(terminal: Terminal) -> None:
    assert "Plan a campaign: munasara plan FOLDER" in terminal.out("status")


def test_status_counts_posts_and_warns_that_no_worker_runs(planned: Terminal) -> None:
    shown = planned.out("status")
    assert "! No worker is running" in shown
    assert ["balloons", "planned", "1"] in [line.split() for line in shown.splitlines()]


def test_status_as_json_tells_pauses_and_the_next_post(planned: Terminal) -> None:
    planned.run("pause", "everything")
    found = planned.json("status")
    assert found["counts"] == {"balloons": {"planned": 1}}
    assert found["paused"] == ["everything"]
    assert found["next_at"].endswith("+00:00")
    assert any("Paused: everything" in warning for warning in found["warnings"])
