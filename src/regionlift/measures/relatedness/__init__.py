"""Specialisation, relatedness and complexity of regions and activities.

``specialisation`` who has more than its share; ``cooccurrence`` what occurs together; ``nearness``
how near a region is to what it lacks; ``complexity`` an order of both sides; ``variety`` how
varied and how coherent; ``change`` what came and went; ``known`` tables with unknown cells;
``landscape`` a whole table in one call, ``space`` the same with its proximities for complete tables
of thousands of activities, which ``bits`` counts.
"""

from regionlift.measures.relatedness.cooccurrence import proximity
from regionlift.measures.relatedness.nearness import density

__all__ = ["density", "proximity"]
