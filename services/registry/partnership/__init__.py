"""Wing: who works together in a province — its plan of the cycle, the secretariats in its schools, the pairings with agencies."""
