"""The only thing the services have in common: values, contracts, kernel, web."""
