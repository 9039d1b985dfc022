"""Oracles: judges of the product that share no code with it; they read databases, the sink and the load's journal."""
