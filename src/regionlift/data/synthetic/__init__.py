"""Seeded generator of the synthetic province Beijiang, with planted truths.

Nothing here is about a real place. Tests plant a truth and ask the measures to find it; the shipped
example shows every table of the contract filled.
"""

from regionlift.data.synthetic.economy import economy
from regionlift.data.synthetic.generate import Province, generate
from regionlift.data.synthetic.truths import Stage, Truths
from regionlift.data.synthetic.write import write

__all__ = ["Province", "Stage", "Truths", "economy", "generate", "write"]
