"""Facts: one row per version of each thing that was true of somebody, with the day it is true for and the instant we knew."""
