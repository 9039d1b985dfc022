"""The governance wing: committees and seats, directives, authorisations and letters."""
