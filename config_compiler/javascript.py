"""JavaScript that a change runs: whether it can stand inside the script that carries it.

Tells strings, templates, comments and brackets apart, no more: code that a browser cannot parse is not found out here,
but it cannot end the function around it. May not know what the code does.
"""

from __future__ import annotations

import re

from config_compiler.flaw import Flaw

MAX_LENGTH = 20_000

_PIECE = re.compile(
    r"""//[^\n\r\u2028\u2029]* | /\*.*?\*/ | /\*
    | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | `(?:\\.|[^`\\$]|\$(?!\{))*`
    | .""",
    re.DOTALL | re.VERBOSE,
)
_END = re.compile(r"</script|<!--", re.IGNORECASE)
_PAIRS = {")": "(", "]": "[", "}": "{"}


def script_flaw(code: str) -> Flaw | None:
    """Why a script is refused."""
    if len(code) > MAX_LENGTH:
        return Flaw(f"has more than {MAX_LENGTH:,} characters", "put it into a file of the site and load it from there")
    if not code.strip():
        return Flaw("is empty", "write what is to run")
    if _END.search(code):
        why = "holds </script or <!--, which would end the script around it"
        return Flaw(why, 'write "<\\/script"', _escaped_end(code))
    return _flaw_of_brackets(code)


def _escaped_end(code: str) -> str:
    """The code with `</script` escaped inside of quotes, where that says the same; nothing where more is wrong."""
    escaped = "".join(_escaped_text(piece) for piece in _PIECE.findall(code))
    return "" if _END.search(escaped) or script_flaw(escaped) else escaped


def _escaped_text(piece: str) -> str:
    return re.sub(r"</(?=script)", r"<\\/", piece, flags=re.IGNORECASE) if piece[0] in "\"'" else piece


def _flaw_of_brackets(code: str) -> Flaw | None:
    open_: list[str] = []
    for piece in _PIECE.findall(code):
        if piece in ('"', "'", "`"):
            hint = "close it; a template with ${…} is not read here, join texts with +"
            return Flaw("has a quote that is not closed, or a template with ${…}", hint)
        if piece == "/*":
            return Flaw("has a comment that is not closed", "close it")
        if piece in _PAIRS.values():
            open_.append(piece)
        elif piece in _PAIRS and (not open_ or open_.pop() != _PAIRS[piece]):
            return Flaw(
                f'closes a "{piece}" that nothing opens', "in a regular expression, write it as \\x29, \\x5d, \\x7d"
            )
    return Flaw(f'opens a "{open_[-1]}" that nothing closes', "close it") if open_ else None


def end_of_brackets(code: str, at: int) -> int:
    """Past the bracket that closes the one at a place. Raises ValueError where none does."""
    depth = 0
    for piece in _PIECE.finditer(code, at):
        depth += (piece[0] in _PAIRS.values()) - (piece[0] in _PAIRS)
        if not depth:
            return piece.end()
    raise ValueError("a bracket that nothing closes")


def ascii_code(code: str) -> str:
    """The code with what is not ASCII escaped; inside strings and names, that is the same to JavaScript."""
    return "".join(c if c.isascii() else _escaped(c) for c in code)


def _escaped(character: str) -> str:
    units = character.encode("utf-16-be")
    return "".join(f"\\u{units[i] << 8 | units[i + 1]:04x}" for i in range(0, len(units), 2))
