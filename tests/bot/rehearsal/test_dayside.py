from bot.rehearsal.dayjudge import GUARDED, Evidence, judge_day
from bot.rehearsal.dayside import DaySide, day_side
from bot.rehearsal.transcript import city_names


def _side(day: Evidence) -> DaySide:
    return day_side(day, judge_day(day), city_names(day.campaign), faults=True)


def test_what_happened_is_told_in_its_order(day: Evidence) -> None:
    events = _side(day).events
    assert [at for at, _ in events] == sorted(at for at, _ in events)
    told = " ".join(what for _, what in events)
    for words in ("reports danger", "calls the day off", "It rains", "The worker dies", "The count closes"):
        assert words in told


def test_whoever_has_trouble_is_shown_and_one_captain_for_each_language(day: Evidence) -> None:
    chats = _side(day).chats
    who = [chat.who for chat in chats]
    assert who[0] == "An organiser"
    assert sum(one.startswith("Deputy") for one in who) == 1
    assert f"Captain in {GUARDED}" in who
    assert not any("Cairo" in one for one in who)
    assert {chat.language for chat in chats} >= {"ar", "en", "fr", "de"}
    assert all(chat.lines for chat in chats)


def test_the_hour_of_a_city_is_that_of_its_clocks(day: Evidence) -> None:
    side = _side(day)
    began = {view.id: side.began(view) for view in side.board.cities}
    late = {"berlin": "13:01", "paris": "13:01", "lyon": "13:01", "london": "12:01"}
    for city in set(late) - {day.plot.danger, day.plot.late}:
        assert began[city] == late[city]
