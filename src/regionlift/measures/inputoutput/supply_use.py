"""Coefficients between industries from make and use tables, by market shares."""

from __future__ import annotations

import numpy as np

from regionlift.measures.cube import Floats
from regionlift.measures.inputoutput.audit import coefficients


def industry_coefficients(make: Floats, use: Floats, own_supply: Floats | None = None) -> Floats:
    r"""Inputs of industries from industries, :math:`A = D \hat{s} B`, shape (n, n).

    :math:`D` is make over commodity output, :math:`B` use over industry output: each commodity is
    bought from its makers by their shares of it (industry technology; Miller & Blair 2009,
    chapter 5). With a domestic use table and the shares s that a region supplies itself, A holds
    what is bought in the region.

    Parameters
    ----------
    make
        Industries by commodities, shape (n, m).
    use
        Commodities by industries, shape (m, n).
    own_supply
        Share of each commodity that the region supplies itself, shape (m,); 1 where not given.

    Raises
    ------
    ValueError
        The shapes do not fit, or a share is unknown or outside [0, 1].
    """
    if make.shape != use.T.shape:
        raise ValueError(f"make is {make.shape}, use {use.shape}: one is not the other turned")
    local = np.ones(len(use)) if own_supply is None else np.asarray(own_supply, dtype=float)
    if local.shape != (len(use),) or not ((local >= 0) & (local <= 1)).all():
        raise ValueError("each commodity needs one share of own supply between 0 and 1")
    shares = coefficients(make, make.sum(axis=0))
    return np.asarray(shares @ (local[:, None] * coefficients(use, make.sum(axis=1))))
