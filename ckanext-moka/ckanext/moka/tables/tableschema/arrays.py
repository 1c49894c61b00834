"""Small helpers over Arrow arrays."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

__all__ = ["counting"]


def counting(size: int) -> pa.UInt64Array:
    """Return 0, 1, 2 … without making Python integers."""
    return pc.indices_nonzero(pa.repeat(pa.scalar(True), size))
