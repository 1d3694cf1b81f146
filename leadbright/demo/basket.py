"""A basket, as the shop keeps it in one cookie: how many of what.

May not know about requests or pages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from leadbright.demo.catalogue import BY_KEY, Product

MOST = 9
"""Of one article."""

FREE_DELIVERY = 80
DELIVERY = 6
"""In whole euros."""

_DIGITS = frozenset(str(n) for n in range(1, MOST + 1))


@dataclass(frozen=True, slots=True)
class Basket:
    """Quantities by product key, in the order they were added."""

    quantities: Mapping[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[Product, int]]:
        return ((BY_KEY[key], quantity) for key, quantity in self.quantities.items())

    @property
    def count(self) -> int:
        """How many articles there are."""
        return sum(self.quantities.values())

    @property
    def total(self) -> int:
        """In whole euros."""
        return sum(product.price * quantity for product, quantity in self)

    def with_more(self, key: str, change: int) -> Basket:
        """The basket after a change of quantity; an article of which none is left goes."""
        after = min(self.quantities.get(key, 0) + change, MOST)
        kept = {**self.quantities, key: after}
        return Basket({k: n for k, n in kept.items() if n > 0})


def read(cookie: str) -> Basket:
    """The basket that a cookie holds; whatever is not one of ours is left out."""
    pairs = (part.partition("_") for part in cookie.split("."))
    return Basket({k: int(n) for k, _, n in pairs if k in BY_KEY and n in _DIGITS})


def write(basket: Basket) -> str:
    """The cookie that holds a basket."""
    return ".".join(f"{key}_{quantity}" for key, quantity in basket.quantities.items())


def with_delivery(total: int) -> int:
    """What there is to pay for articles of this total, in whole euros."""
    return total + (DELIVERY if 0 < total < FREE_DELIVERY else 0)
