"""The floor every service stands on; no business noun appears here."""
