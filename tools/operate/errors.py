"""How an operator's command says that it cannot be done here."""


class Unfit(Exception):
    """What was asked for cannot be done here; the message says what would help."""
