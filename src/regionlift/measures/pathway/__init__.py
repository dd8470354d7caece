"""Numbers behind the links and conditions of the three paths that no other family has."""
