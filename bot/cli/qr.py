"""A text as a QR code for a terminal."""

from io import StringIO


def drawn(text: str) -> str:
    """The QR code of a text in half blocks, light on dark; 15 % of it may be lost."""
    import segno

    page = StringIO()
    segno.make(text, error="m").terminal(page, compact=True)
    return page.getvalue()
