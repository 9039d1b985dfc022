"""A province plan is one province's part in one cycle.

It knows the four launch steps, the districts it delegated to, and through its quotas how many secretariats and
agencies it may hold and whether the minimum is kept. It is the plan that speaks of agencies selected and quotas
broken or kept again.
"""
