"""An agency of the province's pool that holds a slot of the plan in a cycle, by decision of the working group."""
