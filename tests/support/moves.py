"""Every move of every delivery, written down by the database itself."""

from sqlalchemy import text

from schedules.lifecycle import MOVES, State
from schedules.store.engine import Store

_TABLE = "CREATE TABLE moves (delivery BIGINT, here TEXT, there TEXT)"
_SQLITE = """CREATE TRIGGER moves_seen AFTER UPDATE OF state ON delivery WHEN OLD.state <> NEW.state
BEGIN INSERT INTO moves VALUES (OLD.id, OLD.state, NEW.state); END"""
_FUNCTION = """CREATE FUNCTION see_move() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN INSERT INTO moves VALUES (OLD.id, OLD.state, NEW.state); RETURN NEW; END $$"""
_POSTGRESQL = """CREATE TRIGGER moves_seen AFTER UPDATE OF state ON delivery
FOR EACH ROW WHEN (OLD.state <> NEW.state) EXECUTE FUNCTION see_move()"""


async def watch_moves(store: Store) -> None:
    """Let the database write down every change of a state from now on."""
    async with store.write() as connection:
        statements = (_TABLE, _SQLITE) if store.is_sqlite else (_TABLE, _FUNCTION, _POSTGRESQL)
        for statement in statements:
            await connection.execute(text(statement))


async def illegal_moves(store: Store) -> list[tuple[str, str]]:
    """Moves that were made and that ``lifecycle.MOVES`` does not allow."""
    async with store.read() as connection:
        made = (await connection.execute(text("SELECT here, there FROM moves"))).all()
    return [(here, there) for here, there in made if State(there) not in MOVES[State(here)]]


async def forget_moves(store: Store) -> None:
    """Begin with an empty book."""
    async with store.write() as connection:
        await connection.execute(text("DELETE FROM moves"))
