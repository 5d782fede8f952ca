from schedules.store.columns import Instant
from schedules.store.tables import metadata

COLUMNS_OF_PEOPLE = {
    "phone",
    "username",
    "first_name",
    "last_name",
    "email",
    "photo",
    "telegram_id",
    "chat",
}


def test_every_moment_is_an_instant() -> None:
    moments = {
        f"{table.name}.{column.name}": column.type
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name.endswith(("_at", "_until")) and column.name != "local_at"
    }
    assert {name for name, kind in moments.items() if not isinstance(kind, Instant)} == set()


def test_no_table_has_a_place_for_a_person() -> None:
    columns = {column.name for table in metadata.sorted_tables for column in table.columns}
    assert columns & COLUMNS_OF_PEOPLE == set()
