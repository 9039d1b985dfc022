"""Notifications: speaks to people. Hears events, resolves recipients, plans messages, keeps the truth of deliveries.

It computes no deadline and decides nothing about the domain; it delays, bundles and stops.
"""
