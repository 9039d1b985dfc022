"""An agency outside education: a general directorate, organisation, institute or body, in the pools of provinces."""
