"""What a site may choose between, where what is chosen ends as a yes or no. May not know how it is written."""

from __future__ import annotations

from enum import Enum


class SinglePage(Enum):
    """Whether a change of address without a new page is looked for."""

    AUTO = "auto"
    OFF = "off"


class Engagement(Enum):
    """Whether the time that pages have their visitors' attention, and how far they scroll, is reported."""

    OFF = "off"
    ON = "on"
