"""What operators do with a running Peyvand: back it up, bring it back, renew it without a pause."""
