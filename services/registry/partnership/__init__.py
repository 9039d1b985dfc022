"""Wing: who works together in a province: its plan, its agencies, its secretariats, and the pairings between them."""
