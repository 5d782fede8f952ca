"""``munasara``, and ``python -m bot``."""

from bot.cli.root import munasara as main

if __name__ == "__main__":
    main(prog_name="munasara")
