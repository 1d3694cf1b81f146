"""The arms of a multivariate experiment: every combination of one variation from each section.

May not know what the variations change.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

from config_compiler.syntax import SectionSyntax, VariationSyntax

JOINT = "-"
MAX_ARMS = 64


def combinations(sections: Iterable[SectionSyntax]) -> list[tuple[VariationSyntax, ...]]:
    """In the order written, the last section's variations changing fastest; the first one has every section's first."""
    return list(product(*(section.variations.values if section.variations else () for section in sections)))


def key_of(combination: Iterable[VariationSyntax]) -> str:
    """The key of an arm: the keys of its variations, joined by hyphens."""
    return JOINT.join(variation.key.value if variation.key else "" for variation in combination)
