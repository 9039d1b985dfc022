"""Schemathesis at the three documents."""
