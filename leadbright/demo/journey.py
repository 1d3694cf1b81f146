"""What one visit to the shop consists of, and the true effects that the experiments are there to find.

May not know how anything is reported or counted.
"""

from __future__ import annotations

import asyncio
from random import Random

from domain.ledger import Source
from leadbright.demo.basket import with_delivery
from leadbright.demo.browser import Browser
from leadbright.demo.catalogue import PRODUCTS, Product
from leadbright.demo.people import FIRST_SOURCES, LATER_SOURCES, draw

SIGNS_UP = 0.085
GOES_ON = 0.62
LOOKS_CLOSER = 0.68
OPENS_TAB = 0.12
PUTS_IN = 0.30
BUYS = 0.46
BUYS_ANOTHER = 0.22

EFFECTS: dict[tuple[str, str], dict[str, float]] = {
    ("hero", "bold"): {"signs up": 1.5},
    ("price", "round"): {"puts in": 1.25, "buys another": 1.8},
}
"""By experiment and variation, what an inclination is multiplied by; variations made up later have no effect."""

LANDINGS = ((66, "/"), (18, "/products"), (16, ""))
"""Where a visit begins, by weight; empty stands for some product."""


async def visit_shop(browser: Browser) -> None:
    """One visit, from the first page to the last; everything is told by its end, unless nobody answers."""
    chance, pace = browser.chance, browser.pace
    landing = draw(chance, LANDINGS) or _product_page(_fancy(chance))
    await browser.load(landing, _source(browser))
    await pace.rest(chance.uniform(4, 40))
    if landing == "/" and _does(browser, "signs up", SIGNS_UP) and not _has_signed_up(browser):
        await browser.click("/", "#signup")
        await pace.rest(chance.uniform(2, 9))
        await browser.load("/")
    if chance.random() < GOES_ON:
        await _look_around(browser)
    await _see_off(browser)


async def _look_around(browser: Browser) -> None:
    chance, pace = browser.chance, browser.pace
    await browser.load("/products")
    await pace.rest(chance.uniform(5, 60))
    if chance.random() > LOOKS_CLOSER:
        return
    product = _fancy(chance)
    if chance.random() < OPENS_TAB:
        # Two tabs at once: both write to the same ledger and may send the same beacon.
        await asyncio.gather(browser.load(_product_page(product)), browser.load(_product_page(_fancy(chance))))
    else:
        await browser.load(_product_page(product))
    await pace.rest(chance.uniform(10, 120))
    if _does(browser, "puts in", PUTS_IN):
        await _fill_basket(browser, product)


async def _fill_basket(browser: Browser, product: Product) -> None:
    chance, pace = browser.chance, browser.pace
    basket = [product]
    await browser.load("/basket")
    await browser.happen("/basket", "add_to_cart")
    await pace.rest(chance.uniform(5, 40))
    if _does(browser, "buys another", BUYS_ANOTHER):
        basket.append(_fancy(chance))
        await browser.load(_product_page(basket[-1]))
        await pace.rest(chance.uniform(5, 60))
        await browser.load("/basket")
        await browser.happen("/basket", "add_to_cart")
    if chance.random() < BUYS:
        total = with_delivery(sum(p.price for p in basket))
        await pace.rest(chance.uniform(10, 90))
        await browser.load("/thank-you")
        await browser.happen("/thank-you", "purchase", total)


async def _see_off(browser: Browser, tries: int = 6) -> None:
    for _ in range(tries):
        if not browser.visitor.outbox:
            return
        await browser.pace.rest(20)
        await browser.send()


def _does(browser: Browser, inclination: str, chance: float) -> bool:
    assigned = browser.visitor.ledger.assigned
    for experiment in browser.world.plan.experiments:
        if (variation := assigned.get(experiment.run)) is not None:
            chance *= EFFECTS.get((experiment.key, variation), {}).get(inclination, 1.0)
    return browser.chance.random() < chance


def _has_signed_up(browser: Browser) -> bool:
    return any(goal == "signup" for goal in browser.visitor.ledger.goals)


def _source(browser: Browser) -> Source:
    return draw(browser.chance, LATER_SOURCES if browser.visitor.visits else FIRST_SOURCES)


def _fancy(chance: Random) -> Product:
    return PRODUCTS[min(int(chance.expovariate(0.28)), len(PRODUCTS) - 1)]


def _product_page(product: Product) -> str:
    return f"/products/{product.key}"
