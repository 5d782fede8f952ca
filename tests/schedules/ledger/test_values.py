import pytest

from channels.base import Urging
from schedules.ledger.values import scopes
from tests.schedules.ledger.test_control import HELD


def test_the_scopes_of_a_delivery_name_everything_that_covers_it() -> None:
    assert scopes("a", "demo", "berlin", "friends") == {
        "everything",
        "account:a",
        "campaign:demo",
        "city:berlin",
        "partner:friends",
    }


def test_a_delivery_without_city_or_partner_has_no_such_scope() -> None:
    assert scopes("a", "demo", None, None) == {"everything", "account:a", "campaign:demo"}
    assert "city:berlin" in HELD.scopes


@pytest.mark.parametrize(
    ("kind", "urges", "subject"),
    [
        ("publish", None, 1),
        ("part-2", None, 2),
        ("remind", Urging.REMINDER, 1),
        ("escalate-3", Urging.ESCALATION, 3),
        ("letter-remind-2", None, 1),
    ],
)
def test_an_urging_is_about_a_part_and_publishes_nothing(
    kind: str, urges: Urging | None, subject: int
) -> None:
    held = HELD._replace(kind=kind)
    assert (held.urges, held.subject) == (urges, subject)
    assert not (held.urges and held.publishes)
