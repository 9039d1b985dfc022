"""An authorisation: what a council, a committee or a visited body permits, with number, date and validity."""
