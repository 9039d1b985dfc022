"""An office: headquarters, a provincial administration, a district office or a unit."""
