"""What the demo shop is called, where its definition lies, and the settings that the demo starts from.

May not know what the definition says.
"""

from __future__ import annotations

from pathlib import Path

from domain.names import SiteKey

SHOP = SiteKey("shop")
DEFINITION = Path(__file__).parent / "definition"

COUNTRY_HEADER = "x-demo-country"
"""In which the crowd says where its visitors are, as a CDN would."""

DEMO_DEFAULTS = {
    "data": "leadbright-data/demo",
    "country_header": COUNTRY_HEADER,
    "trusted_proxies": "127.0.0.0/8",
    "relay_name": "demo",
}
"""Settings by name. The crowd comes as if through a proxy, which says the countries of its visitors."""
