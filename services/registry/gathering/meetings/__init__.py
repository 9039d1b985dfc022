"""A meeting brings invited people together at one time; held, it counts towards one cadence and shows who was there.

It is drafted, scheduled (a full start and end, somebody invited or the public), perhaps moved or cancelled, then held;
a week after its end an unreported meeting lapses. What took place earlier is recorded in one step. A held meeting can
be corrected or voided.
"""
