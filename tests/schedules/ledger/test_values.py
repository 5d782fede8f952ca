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
