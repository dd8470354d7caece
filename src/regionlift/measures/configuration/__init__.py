"""Configurational analysis: which combinations of conditions go with an outcome.

``calibration`` makes memberships; ``fit`` and ``adjusted`` say how far one set lies within another;
``necessity`` searches what an outcome is never without; ``truth_table`` and ``minimise`` find what
is enough for it, on ``implicants`` and ``cover``; ``enhanced`` bars untenable assumptions;
``theory`` sets a solution against conditions written down before; ``panel`` and ``robustness``
say how far it holds; ``ceilings`` reads necessity in degrees. All are pure functions on arrays.
"""

from regionlift.measures.configuration.minimise import Expectations, analyse
from regionlift.measures.configuration.sets import RefusedError
from regionlift.measures.configuration.truth_table import Cuts, truth_table

__all__ = ["Cuts", "Expectations", "RefusedError", "analyse", "truth_table"]
