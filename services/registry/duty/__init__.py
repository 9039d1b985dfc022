"""Wing: what is owed, by whom and until when."""
