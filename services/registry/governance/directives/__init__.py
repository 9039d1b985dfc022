"""A directive: the text that HQ issues to the provinces, and each addressed office's acknowledgement."""
