from datetime import timedelta

from bot.board.canvas import MOST_COLUMNS, WIDTH, canvas_of
from schedules.walltime import zone
from tests.support.boards import NOON, example, example_board


def test_later_clocks_are_further_right_and_no_dot_hides_another() -> None:
    canvas = canvas_of(example_board(example()).cities)
    by_place = sorted(canvas.dots, key=lambda dot: dot.x)
    offsets = [NOON.astimezone(zone(dot.city.zone)).utcoffset() or timedelta() for dot in by_place]
    assert offsets == sorted(offsets)
    assert len({(dot.x, dot.y) for dot in canvas.dots}) == len(canvas.dots) == 16
    assert len({dot.x for dot in canvas.dots}) <= MOST_COLUMNS
    assert all(dot.x - dot.radius > 0 and dot.x + dot.radius < WIDTH for dot in canvas.dots)
    assert all(dot.y + dot.radius <= canvas.height for dot in canvas.dots)


def test_a_dot_shows_how_its_city_is_doing() -> None:
    looks = [dot.look for dot in canvas_of(example_board(example()).cities).dots]
    assert looks[:5] == ["begun", "planned", "aborted", "ended", "danger"]


def test_a_day_without_open_cities_has_an_empty_canvas() -> None:
    assert canvas_of(()).dots == ()
