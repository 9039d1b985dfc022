"""Days off of a country and of single provinces, as data that deadlines roll past."""
