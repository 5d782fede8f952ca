"""The database: engines, tables, migrations and the few statements that differ between dialects."""
