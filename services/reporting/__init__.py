"""Reporting: knows the numbers. Hears events, keeps fact versions and KPI cells, serves headquarters with reasons.

It never corrects a fact (that happens at the source) and never asks another service but for its feed.
"""
