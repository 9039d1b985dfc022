"""A secretariat is a special school that acts for all special schools of its province towards the agencies.

It is nominated, assessed by the checklist of the programme, and selected into one of the province's slots or passed over with a reason.
Its principal gets an appointment letter; with officers, a duty sheet and an action calendar it is established and counts for the quota.
"""
