"""Jobs: long work as rows with progress and always a final state; exports, reconciliations and rebuilds."""
