"""A province plan is one province's part in one cycle.

It holds the slots for secretariats and for linked agencies, the agencies selected from the province's pool, the four launch steps, the
districts it delegated to, and whether the minimum of each quota is kept. The maximum counts slots in use, the minimum counts what is
established; exceptions granted by headquarters move both for a time.
"""
