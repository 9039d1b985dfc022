"""Wing: where people come together — series of meetings and the meetings themselves."""
