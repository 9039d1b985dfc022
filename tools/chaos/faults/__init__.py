"""The faults: each a row in a table, with its way in and its way out."""
