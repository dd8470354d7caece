"""Statistics of graphs on plain arrays: no table, no region, no setting."""
