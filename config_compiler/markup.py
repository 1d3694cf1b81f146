"""HTML and attributes that run no script.

Reads only plainly written tags: anything after `<` and a letter that is not one is refused. So what a browser takes for
a tag is taken for one here too, and a value with `<` in it must be written `&lt;`.
May not know which elements are changed.
"""

from __future__ import annotations

import html
import re

from config_compiler.flaw import Flaw

MAX_LENGTH = 20_000

_TAG_START = re.compile(r"</?[a-zA-Z]")
_NAME = re.compile(r"</?([a-zA-Z][^\s/>]*)")
_TAG = re.compile(
    r"""</?[a-zA-Z][a-zA-Z0-9-]*(?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"<]*"|'[^'<]*'|[^\s"'=<>`]+))?)*\s*/?>""",
)
_ATTRIBUTE = re.compile(r"""\s([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"<]*)"|'([^'<]*)'|([^\s"'=<>`]+)))?""")

RUNNING = frozenset(
    """
    animate applet base embed frame frameset iframe link meta noembed noframes noscript object plaintext script set
    style template textarea title xmp
    """.split()  # noqa: SIM905
)
"""Elements that run, load or hide something, or inside which tags are not tags."""

_ATTRIBUTE_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_.:-]{0,63}")
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_CLASS_NAME = re.compile(r"[^\s\x00-\x1f]{1,100}")
_SCRIPT_SCHEMES = (
    "javascript:",
    "vbscript:",
    "data:text/html",
    "data:image/svg",
    "data:text/xml",
    "data:application/x",
)


def html_flaw(text: str) -> Flaw | None:
    """Why a piece of HTML is refused; None where it may be put into a page."""
    if len(text) > MAX_LENGTH:
        return Flaw(f"has more than {MAX_LENGTH:,} characters", "put it into the page and hide it there")
    for start in _TAG_START.finditer(text):
        if flaw := _flaw_of_tag(text, start.start()):
            return flaw
    return None


def _flaw_of_tag(text: str, at: int) -> Flaw | None:
    name = _NAME.match(text, at)
    if name and name[1].lower() in RUNNING:
        return Flaw(f"holds <{name[1].lower()}>", "take it out; a script is a change of its own")
    tag = _TAG.match(text, at)
    if tag is None:
        return Flaw(
            f'holds a tag that cannot be read: "{text[at : at + 30]}"', "quote its values; write < in them as &lt;"
        )
    for found in _ATTRIBUTE.finditer(tag[0]):
        if flaw := attribute_flaw(found[1], found[2] or found[3] or found[4] or ""):
            return Flaw(f'has the attribute "{found[1]}", which {flaw.why}', flaw.hint)
    return None


def attribute_flaw(name: str, value: str | None) -> Flaw | None:
    """Why an attribute is refused; `value` as it is written in HTML, None where it is taken away."""
    if not _ATTRIBUTE_NAME.fullmatch(name):
        return Flaw("is not the name of an attribute", "use letters, digits and hyphens")
    if name.lower().startswith("on"):
        return Flaw("runs a script", "take it out; a script is a change of its own")
    if name.lower() == "srcdoc":
        return Flaw("holds a whole page, scripts and all", "link to the page instead")
    address = re.sub(r"[\x00-\x20]", "", html.unescape(value or "")).lower()
    if address.startswith(_SCRIPT_SCHEMES):
        return Flaw(f'begins with "{address.partition(":")[0]}:", which can run a script', "use an https address")
    return None


def class_flaw(name: str) -> Flaw | None:
    """Why a class name is refused."""
    if name.startswith("."):
        word = name.lstrip(".")
        return Flaw("begins with a dot, as a selector does", f'write "{word}"', word if _PLAIN.fullmatch(word) else "")
    if not _CLASS_NAME.fullmatch(name):
        return Flaw("is not one class", "write classes as a list")
    return None
