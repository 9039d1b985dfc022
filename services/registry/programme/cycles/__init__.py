"""A cycle: one run of a programme, cut into periods, with the version of the rules it pinned."""
