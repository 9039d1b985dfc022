"""A series is a row of meetings of one kind with numbered editions; it holds no meeting's content.

Editions are unique and increasing; edition n may exist with no record of n-1 (I-47).
"""
