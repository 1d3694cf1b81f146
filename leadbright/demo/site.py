"""Where the demo shop's definition lies, and what the site is called.

May not know what it says.
"""

from __future__ import annotations

from pathlib import Path

from domain.names import SiteKey

SHOP = SiteKey("shop")
DEFINITION = Path(__file__).parent / "definition"
