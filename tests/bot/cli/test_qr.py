from bot.cli.qr import drawn


def test_a_code_is_drawn_square_and_without_anything_that_steers_a_terminal() -> None:
    lines = drawn("https://t.me/balloons_bot?start=abc").splitlines()
    widths = {len(line) for line in lines if line}
    assert len(widths) == 1
    assert widths.pop() - 2 <= 2 * len(lines)
    assert set("".join(lines)) <= set(" █▄▀")


def test_another_text_is_another_code() -> None:
    assert drawn("a") != drawn("b")
