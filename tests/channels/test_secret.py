import copy
import pickle
from dataclasses import dataclass

import pytest

from channels.secret import Secret

VALUE = "1234567890:CANARY"


@dataclass
class Holder:
    token: Secret


def test_a_secret_shows_nothing_anywhere() -> None:
    secret = Secret(VALUE)
    shown = [repr(secret), str(secret), f"{secret}", f"{secret:>20}", repr([secret]), repr(Holder(secret))]
    assert not any("CANARY" in each for each in shown)


def test_only_reveal_gives_the_value() -> None:
    assert Secret(VALUE).reveal() == VALUE


def test_secrets_are_compared_by_value() -> None:
    assert Secret(VALUE) == Secret(VALUE)
    assert len({Secret(VALUE), Secret(VALUE), Secret("other")}) == 2
    assert Secret(VALUE) != VALUE


def test_an_empty_secret_is_false() -> None:
    assert not Secret("")
    assert Secret(VALUE)


def test_a_secret_cannot_leave_the_process() -> None:
    for leave in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError, match="never pickled"):
            leave(Secret(VALUE))
