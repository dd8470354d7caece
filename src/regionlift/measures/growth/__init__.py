"""The law of a yearly series: which curve, which ceiling, or that it cannot be told."""
