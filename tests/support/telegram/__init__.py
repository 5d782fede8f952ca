"""A strict Telegram on loopback: a world of people and chats behind the real Bot API, for journeys of a whole bot.

In the test's own process, with the bot in the same loop::

    world = World()
    ada = world.add_user("Ada", language_code="de")
    async with serving(world) as api:
        builder = Application.builder().token(world.token)
        application = builder.base_url(api.base_url).base_file_url(api.base_file_url).build()
        ...                                              # start polling
        ada.send("/start abc")
        await world.until(lambda: "Welcome" in ada.phone)
        press = ada.press(ada.last, "Done")              # by label or callback data
        await world.until(lambda: press.answer)
        assert press.text == "Thank you"

``world`` (``world.py``) makes people, groups, supergroups and channels. A person (``people.py``) sends, forwards,
presses, joins, blocks; a chat (``chats.py``) adds, promotes and removes the bot, migrates, opens and closes topics, and
shows ``messages``, ``pinned`` and ``text``. ``world.fail(...)`` orders faults (``faults.py``), ``world.limit_rates()``
holds the bot to Telegram's rates, ``world.clock.advance(...)`` lets time pass, ``world.journal`` remembers requests.

A bot that is to be killed runs against ``telegram_process`` (``process.py``): the same world in a process of its own,
spoken to in the same words, with a log of what it accepted. What the server does not know, it refuses: unknown methods,
unknown parameters and values of a wrong type.
"""
