"""Quotas of a province in a cycle: limits, exceptions from them, and the slots; taking a slot is atomic.

The maximum counts slots in use and refuses; the minimum counts what is established and is only checked. This slice
knows a plan by its id alone; the plan speaks of what changes here.
"""
