"""A role assignment: who holds which role where, from when to when."""
