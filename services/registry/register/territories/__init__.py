"""The tree of places: a country, its provinces, their districts."""
