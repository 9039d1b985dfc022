"""The address book: people's contact points from the restricted stream, who holds which role, and names of places."""
