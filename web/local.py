"""Addresses of our own, as browsers name them where somebody wants to go on: no other site's, whatever is written.

May not know what is at an address.
"""

from __future__ import annotations

import re

HOME = "/sites"
"""Where everybody begins."""

_LONGEST = 500
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_.~%=&?:-][A-Za-z0-9_.~%=&?:/-]*)?")
"""A path that no browser takes for another host: no second slash or backslash at its begin, no space, no fragment."""


def local_address(text: str | None) -> str:
    """The address, where it is one of ours; home for everything else."""
    return text if text is not None and len(text) <= _LONGEST and _LOCAL.fullmatch(text) else HOME
