import asyncio
import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select, update

from schedules.accounts.vault import rotate
from schedules.clock import SetClock
from schedules.errors import CodeNeeded, Forbidden, StoreUnusable
from schedules.people import people, secondfactor
from schedules.people.secondfactor import (
    ENROLS_FOR,
    LOCKED_FOR,
    MOST_WRONG,
    OPENS_FOR,
    STEP,
    code_at,
    enrol,
    has_one,
    is_proven,
    prove,
    step_at,
)
from schedules.store.engine import Store
from schedules.store.tables import person
from tests.support.crowd import MORNING, OTHER, VAULT, arrive, enrolled

RFC_SECRET = b"12345678901234567890"
RFC_6238 = [
    (59, "94287082"),
    (1_111_111_109, "07081804"),
    (1_111_111_111, "14050471"),
    (1_234_567_890, "89005924"),
    (2_000_000_000, "69279037"),
    (20_000_000_000, "65353130"),
]


class Phone:
    """An authenticator app with one enrolment, and the clock by which codes are taken."""

    def __init__(self, store: Store, name: str, secret: str) -> None:
        self.store, self.name, self.clock = store, name, SetClock(MORNING)
        self._secret = base64.b32decode(secret)

    def code(self, steps: int = 0) -> str:
        """What the app shows now, or so many steps away."""
        return code_at(self._secret, step_at(self.clock.now()) + steps)

    def wrong(self) -> str:
        """A code that is right at no step around now."""
        near = {self.code(steps) for steps in range(-2, 3)}
        return next(f"{number:06}" for number in range(10) if f"{number:06}" not in near)

    def wait(self, time: timedelta) -> None:
        self.clock.set(self.clock.now() + time)

    async def prove(self, code: str | None = None) -> datetime:
        return await prove(self.store, VAULT, self.clock, self.name, self.code() if code is None else code)

    async def is_proven(self) -> bool:
        return await is_proven(self.store, self.clock, self.name)


@pytest.fixture
async def phone(store: Store) -> Phone:
    """The phone of somebody in charge who has just enrolled."""
    name = await arrive(store, handle="amal")
    enrolment = await enrolled(store, name)
    return Phone(store, name, enrolment.secret)


@pytest.mark.parametrize(("seconds", "code"), RFC_6238)
def test_the_vectors_of_the_rfc_hold(seconds: int, code: str) -> None:
    step = step_at(datetime.fromtimestamp(seconds, UTC))
    assert code_at(RFC_SECRET, step, digits=8) == code
    assert code_at(RFC_SECRET, step) == code[-6:]


async def test_an_app_is_given_what_it_needs(store: Store) -> None:
    enrolment = await enrolled(store, await arrive(store), "amal k")
    parts = urlsplit(enrolment.uri)
    assert (parts.scheme, parts.netloc, parts.path) == ("otpauth", "totp", "/Munasara%3Aamal%20k")
    assert parse_qs(parts.query) == {"secret": [enrolment.secret], "issuer": ["Munasara"]}
    assert len(base64.b32decode(enrolment.secret)) == 20
    assert enrolment.secret not in repr(enrolment)


async def test_a_code_opens_for_a_quarter_of_an_hour(phone: Phone) -> None:
    assert not await phone.is_proven()
    assert await phone.prove() == MORNING + OPENS_FOR
    phone.wait(OPENS_FOR - timedelta(seconds=1))
    assert await phone.is_proven()
    phone.wait(timedelta(seconds=1))
    assert not await phone.is_proven()


async def test_a_code_may_be_written_with_a_space(phone: Phone) -> None:
    code = phone.code()
    await phone.prove(f" {code[:3]} {code[3:]}\n")
    assert await phone.is_proven()


@pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
async def test_a_phone_may_be_a_step_off_and_no_more(phone: Phone, steps: int, *, is_taken: bool) -> None:
    if is_taken:
        await phone.prove(phone.code(steps))
    else:
        with pytest.raises(CodeNeeded):
            await phone.prove(phone.code(steps))
    assert await phone.is_proven() is is_taken


async def test_a_code_works_once(phone: Phone) -> None:
    code = phone.code()
    await phone.prove(code)
    with pytest.raises(CodeNeeded, match="was used already"):
        await phone.prove(code)


async def test_a_code_from_before_the_last_one_is_not_taken(phone: Phone) -> None:
    earlier = phone.code(-1)
    await phone.prove()
    with pytest.raises(CodeNeeded):
        await phone.prove(earlier)


async def test_the_same_code_sent_several_times_at_once_opens_once(phone: Phone) -> None:
    await asyncio.gather(*(phone.is_proven() for _ in range(4)))
    outcomes = await asyncio.gather(*(phone.prove() for _ in range(4)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == [*["CodeNeeded"] * 3, "datetime"]


async def test_the_next_code_opens_for_longer(phone: Phone) -> None:
    await phone.prove()
    phone.wait(timedelta(seconds=STEP))
    assert await phone.prove() == MORNING + timedelta(seconds=STEP) + OPENS_FOR


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦", "0" * 1000])
async def test_what_is_no_code_is_not_taken(phone: Phone, code: str) -> None:
    with pytest.raises(CodeNeeded):
        await phone.prove(code)
    assert not await phone.is_proven()


async def test_after_five_wrong_codes_none_is_taken_for_a_while(phone: Phone) -> None:
    for _ in range(MOST_WRONG):
        with pytest.raises(CodeNeeded):
            await phone.prove(phone.wrong())
    with pytest.raises(Forbidden, match=r"None is taken before 08:15 UTC") as caught:
        await phone.prove()
    assert not isinstance(caught.value, CodeNeeded)
    phone.wait(LOCKED_FOR)
    await phone.prove()
    assert await phone.is_proven()


async def test_wrong_codes_that_are_far_apart_lock_nobody(phone: Phone) -> None:
    for _ in range(MOST_WRONG + 1):
        with pytest.raises(CodeNeeded):
            await phone.prove(phone.wrong())
        phone.wait(LOCKED_FOR)
    await phone.prove()


async def test_a_right_code_lets_the_wrong_ones_be_forgotten(phone: Phone) -> None:
    for _ in range(2):
        for _ in range(MOST_WRONG - 1):
            with pytest.raises(CodeNeeded):
                await phone.prove(phone.wrong())
        await phone.prove()
        phone.wait(timedelta(seconds=STEP))


async def test_whoever_is_locked_proves_nothing(phone: Phone) -> None:
    await phone.prove()
    await people.change(phone.store, phone.name, {"locked_at": MORNING})
    assert not await phone.is_proven()
    phone.wait(timedelta(seconds=STEP))
    with pytest.raises(Forbidden, match="locked out"):
        await phone.prove()
    with pytest.raises(Forbidden, match="locked out"):
        await enrol(phone.store, VAULT, phone.clock, phone.name, "amal")


async def test_without_a_second_factor_nothing_is_proven(store: Store) -> None:
    name = await arrive(store)
    assert not await has_one(store, name)
    with pytest.raises(CodeNeeded, match="Set one up first"):
        await prove(store, VAULT, SetClock(MORNING), name, "123456")
    assert not await is_proven(store, SetClock(MORNING), name)


async def test_a_new_second_factor_takes_a_code_of_the_old_one(phone: Phone) -> None:
    assert await has_one(phone.store, phone.name)
    await phone.prove()
    phone.wait(OPENS_FOR)
    with pytest.raises(CodeNeeded, match="already"):
        await enrol(phone.store, VAULT, phone.clock, phone.name, "amal")
    await phone.prove()
    fresh = await enrol(phone.store, VAULT, phone.clock, phone.name, "amal")
    assert not await phone.is_proven()
    phone.wait(timedelta(seconds=STEP))
    with pytest.raises(CodeNeeded):
        await phone.prove()
    renewed = Phone(phone.store, phone.name, fresh.secret)
    await renewed.prove()
    assert await renewed.is_proven()


async def test_the_first_one_is_set_up_soon_after_a_link_or_not_at_all(store: Store) -> None:
    name, at = await arrive(store), SetClock(MORNING)
    with pytest.raises(Forbidden, match="fresh one"):
        await enrol(store, VAULT, at, name, "amal")
    await enrolled(store, name)
    await enrol(store, VAULT, at, name, "amal")
    at.set(MORNING + ENROLS_FOR)
    with pytest.raises(CodeNeeded, match="already"):
        await enrol(store, VAULT, at, name, "amal")
    await people.change(store, name, {"totp": None})
    with pytest.raises(Forbidden, match="fresh one"):
        await enrol(store, VAULT, at, name, "amal")


async def test_a_code_of_it_closes_the_time_for_the_first_one(phone: Phone) -> None:
    await phone.prove()
    await secondfactor.close(phone.store, phone.name)
    await people.change(phone.store, phone.name, {"totp": None, "totp_step": None})
    with pytest.raises(Forbidden, match="fresh one"):
        await enrol(phone.store, VAULT, phone.clock, phone.name, "amal")


async def test_what_was_opened_can_be_closed(phone: Phone) -> None:
    await phone.prove()
    await secondfactor.close(phone.store, phone.name)
    assert not await phone.is_proven()


async def test_a_second_factor_of_another_row_is_not_taken(phone: Phone) -> None:
    other = await arrive(phone.store, 7, "sami")
    async with phone.store.write() as connection:
        theirs = select(person.c.totp).where(person.c.id == phone.name)
        sealed = (await connection.execute(theirs)).scalar_one()
        await connection.execute(update(person).where(person.c.id == other).values(totp=sealed))
    with pytest.raises(StoreUnusable, match="belongs to another row"):
        await prove(phone.store, VAULT, phone.clock, other, phone.code())


async def test_a_second_factor_outlives_the_key_that_sealed_it(phone: Phone) -> None:
    await rotate(phone.store, VAULT, OTHER)
    await prove(phone.store, OTHER, phone.clock, phone.name, phone.code())
    assert await phone.is_proven()
