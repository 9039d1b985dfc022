"""A pairing links one school's secretariat to one agency for one cycle.

The province proposes it and invites the agency with its letter of readiness; the agency accepts or declines; from the
day it is established the two sides work together until the cycle is completed or the pairing is dissolved. It needs
no memorandum. A secretariat and an agency each have at most one open pairing in a cycle.

This is the model slice: every other slice has the same rooms and is read against it.

    lifecycle   the states, the actions, one table                     pure
    rules       may this happen? a list of refusals                    pure
    models      the rows
    queries     questions, each guarded by the asking actor
    facts       the pairing whole, as its events carry it
    steps       what several verbs share
    commands    verbs: change rows, say it in an event, one transaction
    schemas     the wire
    routes      the door: parse, one command or query, answer
    listener    what follows from a fact of a lower slice
"""
