"""A person: an id, a language, and contact points that travel on the restricted stream only."""
