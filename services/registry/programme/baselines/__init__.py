"""Historic totals without detail records, such as the reference size of a province's agency pool."""
