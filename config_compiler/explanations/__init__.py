"""The page of each code: what it means, an example, how to mend it.

Pages are Markdown files beside this one, installed with the package; `docs/diagnostics` lists them.
May not know how a page is shown.
"""

from __future__ import annotations

from importlib.resources import files

from config_compiler.codes import Code


def explanation(code: Code) -> str:
    """The page as Markdown."""
    return (files(__name__) / f"{code.name}.md").read_text("utf-8")
