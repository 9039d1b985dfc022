"""A committee: the seats that a programme's definition names for the country or a province, and who holds them."""
