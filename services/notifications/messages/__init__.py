"""Messages to people: planned in the cursor's transaction, delivered once, and accounted for in a ledger."""
