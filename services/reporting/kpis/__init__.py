"""KPIs: figures as data plus one SELECT over facts; the same rows give the value, its splits and its reasons."""
