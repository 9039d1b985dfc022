"""Registry: the authority. The only writer of domain facts; it enforces invariants, owns deadlines and emits events.

It does not compute figures (reporting) and speaks to nobody (notifications).
"""
