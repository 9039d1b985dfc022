"""The wing of the rules: programme definitions, their cycles and periods, holidays and historic baselines."""
