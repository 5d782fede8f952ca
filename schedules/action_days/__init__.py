"""Action days: many cities, one moment."""
