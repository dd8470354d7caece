"""Government: where public money goes, what it is aligned with, what outlasts it, signed claims."""
