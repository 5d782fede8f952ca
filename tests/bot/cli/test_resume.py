from tests.bot.cli.terminal import Terminal


def test_resume_takes_two_people(terminal: Terminal) -> None:
    terminal.run("pause", "everything")
    assert "stays paused until another person" in terminal.out("resume", "everything")
    assert "another person asks" in terminal.run("resume", "everything", code=3).stderr
    assert terminal.json("status")["paused"] == ["everything"]
    assert terminal.out("resume", "everything", actor="sam") == "Resumed: everything.\n"
    assert terminal.json("status")["paused"] == []


def test_the_name_may_stand_behind_the_command(terminal: Terminal) -> None:
    terminal.run("pause", "everything")
    terminal.run("resume", "everything", "--as", "sam")
    terminal.run("resume", "everything", actor="amal")
    assert terminal.json("status")["paused"] == []


def test_resume_of_what_runs_says_so(terminal: Terminal) -> None:
    assert "is not paused" in terminal.run("resume", "everything", code=3).stderr
