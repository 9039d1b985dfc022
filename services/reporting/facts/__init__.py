"""Facts: one row per version of each thing that was true of somebody, with its day and the instant we knew."""
