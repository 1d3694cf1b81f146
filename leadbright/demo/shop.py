"""The demo shop: landing page, list, product, basket and thank-you page, rendered on the server.

The snippet is in by its one line. May not know what is being tested or who visits.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sanic import HTTPResponse, Request, Sanic, empty, html, redirect, text

from leadbright.demo import basket, words
from leadbright.demo.basket import Basket
from leadbright.demo.catalogue import BY_KEY, FEATURED, PRODUCTS, Product, related

BASKET_COOKIE = "basket"
ADDED_COOKIE = "just_added"
ORDER_COOKIE = "just_ordered"
_HERE = Path(__file__).parent

_OF_KIND = {
    "boots": ("mid", "high", "welly"),
    "shoes": ("low",),
    "kit": ("sock", "gaiter", "tin", "pack", "poles", "beanie", "flask"),
}

App = Sanic[Any, Any]


def make_shop(cdn_base: str, name: str = "leadbright_shop") -> App:
    """The shop's app; `cdn_base` is where its pages load the snippet from. `name` must be new in this process."""
    app: App = Sanic(name, configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 16_384
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    pages.globals["cdn"] = cdn_base
    app.ctx.pages = pages
    app.static("/static", _HERE / "static", name="static")
    for method, path, handler in _ROUTES:
        app.add_route(handler, path, methods=[method], name=f"{method} {path}".replace("/", " "))
    return app


async def landing(request: Request) -> HTTPResponse:
    return _page(
        request,
        "landing.html",
        joined=request.args.get("joined") == "1",
        featured=FEATURED,
        reviews=words.REVIEWS,
        sizes=words.SIZES,
        questions=words.QUESTIONS,
    )


async def join(_: Request) -> HTTPResponse:
    # The address is not even read: the shop keeps nothing.
    return redirect("/?joined=1", status=303)


async def products(request: Request) -> HTTPResponse:
    kinds = dict(words.KINDS)
    kind = str(request.args.get("kind", ""))
    kind = kind if kind in kinds else ""
    shown = [p for p in PRODUCTS if not kind or p.picture in _OF_KIND[kind]]
    return _page(
        request,
        "products.html",
        heading=kinds[kind],
        intro=words.INTRODUCTIONS[kind],
        kinds=words.KINDS,
        kind=kind,
        products=shown,
    )


async def product(request: Request, key: str) -> HTTPResponse:
    found = BY_KEY.get(key)
    if found is None:
        return html(_render(request, "missing.html"), status=404)
    return _page(request, "product.html", product=found, others=related(found))


async def show_basket(request: Request) -> HTTPResponse:
    current = _basket(request)
    added = _cookie(request, ADDED_COOKIE) == "1"
    response = _page(request, "basket.html", to_pay=basket.with_delivery(current.total), added=added)
    if added:
        response.delete_cookie(ADDED_COOKIE)
    return response


async def put_in(request: Request) -> HTTPResponse:
    found = _product(request)
    if found is None:
        return redirect("/products", status=303)
    response = _to_basket(_basket(request).with_more(found.key, 1))
    # Said once by the next page, however often that is looked at.
    response.add_cookie(ADDED_COOKIE, "1", httponly=True, secure=False, samesite="Lax")
    return response


async def change(request: Request) -> HTTPResponse:
    found = _product(request)
    step = {"1": 1, "-1": -1}.get(_field(request, "change"), 0)
    return _to_basket(_basket(request).with_more(found.key, step) if found else _basket(request))


async def check_out(request: Request) -> HTTPResponse:
    current = _basket(request)
    if not current.count:
        return redirect("/basket", status=303)
    response = redirect("/thank-you", status=303)
    response.add_cookie(
        ORDER_COOKIE, str(basket.with_delivery(current.total)), httponly=True, secure=False, samesite="Lax"
    )
    response.delete_cookie(BASKET_COOKIE)
    return response


async def thank(request: Request) -> HTTPResponse:
    ordered = _cookie(request, ORDER_COOKIE)
    amount = int(ordered) if ordered.isascii() and ordered.isdecimal() and len(ordered) < 6 else None
    response = _page(request, "thanks.html", amount=amount, others=PRODUCTS[6:10])
    response.delete_cookie(ORDER_COOKIE)
    return response


async def alive(_: Request) -> HTTPResponse:
    return text("ok")


async def no_icon(_: Request) -> HTTPResponse:
    return empty()


_ROUTES = (
    ("GET", "/", landing),
    ("POST", "/newsletter", join),
    ("GET", "/products", products),
    ("GET", "/products/<key:str>", product),
    ("GET", "/basket", show_basket),
    ("POST", "/basket", put_in),
    ("POST", "/basket/change", change),
    ("POST", "/checkout", check_out),
    ("GET", "/thank-you", thank),
    ("GET", "/healthz", alive),
    ("GET", "/readyz", alive),
    ("GET", "/favicon.ico", no_icon),
)


def _page(request: Request, template: str, **values: object) -> HTTPResponse:
    return html(_render(request, template, **values), headers={"Cache-Control": "no-store"})


def _render(request: Request, template: str, **values: object) -> str:
    pages: Environment = request.app.ctx.pages
    return pages.get_template(template).render({"basket": _basket(request), **values})


def _basket(request: Request) -> Basket:
    return basket.read(_cookie(request, BASKET_COOKIE))


def _cookie(request: Request, name: str) -> str:
    return str(request.cookies.get(name) or "")


def _to_basket(after: Basket) -> HTTPResponse:
    response = redirect("/basket", status=303)
    response.add_cookie(BASKET_COOKIE, basket.write(after), httponly=True, secure=False, samesite="Lax")
    return response


def _product(request: Request) -> Product | None:
    return BY_KEY.get(_field(request, "product"))


def _field(request: Request, name: str) -> str:
    form = request.form
    return str(form.get(name, "")) if form else ""
