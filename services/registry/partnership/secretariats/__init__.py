"""A secretariat is a special school that acts for all special schools of its province towards the agencies (R-013).

It is nominated, assessed by the programme's checklist, and selected into one of the province's slots or passed over
with a reason. Its principal gets an appointment letter; with officers, a duty sheet and an action calendar it is
established.
"""
