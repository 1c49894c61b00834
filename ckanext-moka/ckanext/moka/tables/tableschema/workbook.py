from typing import Any

from .opening import Opened


def fast_pieces(opened: Opened) -> Any:
    return None
