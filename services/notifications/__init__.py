"""Notifications: speaks to people. Hears events, resolves recipients, plans messages and keeps the truth of each delivery.

It computes no deadline and decides nothing about the domain; it delays within quiet hours, bundles and stops.
"""
