import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from tests.support.processes import ROOT
from tests.support.telegram.people import Impossible
from tests.support.telegram.process import TelegramProcess, telegram_process

SENDS_FOREVER = """
import sys, httpx
url, chat = sys.argv[1:]
number = 0
while True:
    number += 1
    httpx.post(url, json={"chat_id": int(chat), "text": str(number)}, trust_env=False)
    print(number, flush=True)
"""


@pytest.fixture
def telegram(tmp_path: Path) -> Iterator[TelegramProcess]:
    with telegram_process(tmp_path / "accepted.jsonl") as process:
        yield process


def call(telegram: TelegramProcess, method: str, **parameters: object) -> httpx.Response:
    return httpx.post(f"{telegram.base_url}{telegram.token}/{method}", json=parameters, trust_env=False)


def test_a_world_elsewhere_is_spoken_to_in_the_same_words(telegram: TelegramProcess) -> None:
    ada = telegram.world.add_user("Ada", language_code="de")
    ada.send("/start")
    button = {"text": "Done", "callback_data": "d"}
    call(
        telegram, "sendMessage", chat_id=ada.id, text="Hello", reply_markup={"inline_keyboard": [[button]]}
    )
    press = ada.press(ada.last, "Done")
    call(telegram, "answerCallbackQuery", callback_query_id=press.id, text="Thanks")
    assert press.text == "Thanks"
    assert ada.phone == "Ada: /start\nBalloons: Hello\n  [Done]"
    assert [message.text for message in ada.chat.messages] == ["/start", "Hello"]
    assert ada.chat == telegram.world.chats[ada.id]
    assert ada.last.sent_at <= telegram.world.clock.now()


def test_time_faults_and_files_travel_too(telegram: TelegramProcess) -> None:
    ada = telegram.world.add_user()
    assert ada.send_document(b"a,b", "table.csv").content["document"]["file_size"] == 3
    before = telegram.world.clock.now()
    telegram.world.clock.advance(timedelta(hours=1))
    assert telegram.world.clock.now() - before >= timedelta(hours=1)
    fault = telegram.world.fail("getMe", "too_many_requests", retry_after=3)
    assert call(telegram, "getMe").status_code == 429
    assert fault.struck == 1


def test_requests_and_violations_are_seen_from_outside(telegram: TelegramProcess) -> None:
    ada = telegram.world.add_user()
    ada.send("/start")
    telegram.world.limit_rates()
    for text in ("one", "two"):
        call(telegram, "sendMessage", chat_id=ada.id, text=text)
    [refused] = telegram.world.violations
    assert (refused.method, refused.status, refused.accepted) == ("sendMessage", 429, False)
    assert all(request.answered >= request.arrived for request in telegram.world.journal.requests)


def test_what_a_person_cannot_do_is_said(telegram: TelegramProcess) -> None:
    ada = telegram.world.add_user()
    ada.block_bot()
    with pytest.raises(Impossible, match="blocks it"):
        ada.send("hello")
    with pytest.raises(Impossible, match="fly"):
        ada.fly()


def test_the_log_outlives_a_bot_that_is_killed(telegram: TelegramProcess) -> None:
    ada = telegram.world.add_user()
    ada.send("/start")
    url = f"{telegram.base_url}{telegram.token}/sendMessage"
    command = [sys.executable, "-c", SENDS_FOREVER, url, str(ada.id)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as bot:
        assert bot.stdout is not None
        told = [int(bot.stdout.readline()) for _ in range(3)]
        os.kill(bot.pid, signal.SIGKILL)
    accepted = [line["parameters"]["text"] for line in telegram.accepted("sendMessage")]
    assert accepted[:3] == [str(number) for number in told]
    assert accepted == [message.text for message in ada.chat.messages[1:]]
    assert telegram.accepted("getMe") == []
