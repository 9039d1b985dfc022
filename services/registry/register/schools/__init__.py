"""A school, with its profile as of a day; counts only, never a pupil."""
