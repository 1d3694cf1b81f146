"""Lowers page patterns to the cheapest test that a browser can make of each.

The tests' regular expressions use only what JavaScript and Python read alike. May not know which pages exist.
"""

from __future__ import annotations

import re
from dataclasses import replace

from domain.experiment import PagePattern, PathPattern, QueryPattern, RegexPattern, UrlPattern
from domain.plan import PageTest

_META = re.compile(r"[\\^$.|?*+()\[\]{}]")


def page_test(pattern: PagePattern) -> PageTest:
    """The test that passes exactly the pages that match."""
    match pattern:
        case RegexPattern(source):
            return PageTest("~", source)
        case PathPattern(glob):
            return _path_test(re.sub(r"\*+", "*", glob))
        case UrlPattern(glob):
            scheme, rest = re.sub(r"\*+", "*", glob).split("://", 1)
            host, path = rest.split("/", 1)
            return PageTest("@", _anchored(f"{scheme}://{_with_stars(host, '[^/]*')}/", path))
        case QueryPattern(page, query):
            return replace(page_test(page), query=query)


def _path_test(glob: str) -> PageTest:
    if "*" not in glob:
        return PageTest("=", glob)
    if glob.index("*") == len(glob) - 1:
        return PageTest("^", glob[:-1])
    return PageTest("~", _anchored("", glob))


def _anchored(start: str, glob: str) -> str:
    """An expression for the whole text; a star at the end needs none."""
    body = glob.removesuffix("*")
    return f"^{start}{_with_stars(body, '.*')}" + ("$" if body == glob else "")


def _with_stars(glob: str, star: str) -> str:
    return star.join(_META.sub(r"\\\g<0>", part) for part in glob.split("*"))
