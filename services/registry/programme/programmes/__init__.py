"""A programme: its rules as one versioned piece of data, found by any of its names."""
