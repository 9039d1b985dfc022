"""An agency of the province's pool that holds one of the plan's slots in a cycle, by decision of the provincial working group."""
