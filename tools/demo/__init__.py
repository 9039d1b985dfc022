"""The demo: everything on one machine, without a container engine and without system packages."""
