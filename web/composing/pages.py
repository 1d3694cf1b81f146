"""Lists of pages as lines: a page a line, parameters of its query behind a question mark.

May not know which pages a site has.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote

from config_compiler.rewriting.places import Plain
from config_compiler.rewriting.rewriting import Wanted

_REGEX = "regex:"


def lines_of(pages: Plain) -> str:
    """The pages of a list, or one page, a line each."""
    return "\n".join(_line(each) for each in _listed(pages))


def pages_of(text: str, old: Plain) -> Wanted:
    """What the lines mean; what they leave as it was is written as it was."""
    if lines_of(old) == "\n".join(_typed(text)):
        return old
    known = {_line(each): each for each in _listed(old)}
    return [known.get(line) or _page(line) for line in _typed(text)]


def _typed(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _listed(pages: Plain) -> list[Plain]:
    return pages if isinstance(pages, list) else [] if pages is None else [pages]


def _line(page: Plain) -> str:
    if isinstance(page, dict):
        query = page.get("query")
        asked = query if isinstance(query, dict) else {}
        return f"{page.get('path') or ''}?" + "&".join(f"{_spelt(k)}={_spelt(v)}" for k, v in asked.items())
    return page if isinstance(page, str) else ""


def _spelt(text: Plain) -> str:
    return quote(text, safe=" /:,*") if isinstance(text, str) else ""


def _page(line: str) -> Wanted:
    path, mark, query = line.partition("?")
    if not mark or line.startswith(_REGEX):
        return line
    asked: dict[str, Wanted] = dict(parse_qsl(query.replace("+", "%2B"), keep_blank_values=True))
    return {"path": path, "query": asked} if asked else path
