"""A letter: official correspondence of an office, numbered once per office and year, with its answer."""
