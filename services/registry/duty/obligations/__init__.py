"""An obligation is one due instance of a duty of the programme: who owes what until which instant.

Obligations are derived: registry's own listener makes them from facts (a cycle opened, a province plan started) and
fulfils them from facts (a directive issued, a meeting held); the clock opens, reminds, escalates and misses them.
Nobody types them in.
"""
