"""Fault injection: a whole Peyvand in a folder of its own, faults by the hundred, and oracles that judge it."""
