"""Key common technologies: what is common, what is key, what is in reach; who can carry it.

``filings`` patents as arrays; ``commonness`` measures of a technology; ``front`` the three axes
with rank intervals; ``alliances`` teams that cover what a technology needs; ``diffusion`` who has
taken it up; ``together`` classes of one patent, counted in DuckDB; ``entry``
which predictor of new specialisations holds out of time.
"""
