"""What a browser would send of a form on a page, when nothing in it is touched.

May not know what the fields are for.
"""

from __future__ import annotations

from html.parser import HTMLParser


class _Form(HTMLParser):
    """Gathers the fields of the form with this action."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=True)
        self.fields: dict[str, str] = {}
        self._action = action
        self._inside = False
        self._area = ""
        self._select = ""
        self._option: str | None = None
        self._chosen = False
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._inside = given.get("action") == self._action
        if not self._inside:
            return
        match tag:
            case "input" if given.get("type") in ("radio", "checkbox"):
                if "checked" in given:
                    self.fields[given["name"]] = given.get("value", "on")
            case "input":
                self.fields[given["name"]] = given.get("value", "")
            case "textarea":
                self._area, self._text = given["name"], ""
            case "select":
                self._select = given["name"]
            case "option":
                self._option, self._chosen, self._text = given.get("value"), "selected" in given, ""

    def handle_data(self, data: str) -> None:
        self._text += data

    def handle_endtag(self, tag: str) -> None:
        match tag:
            case "form":
                self._inside = False
            case "textarea" if self._area:
                self.fields[self._area] = self._text.removeprefix("\n")
                self._area = ""
            case "option" if self._select:
                value = self._text.strip() if self._option is None else self._option
                if self._chosen or self._select not in self.fields:
                    self.fields[self._select] = value
            case "select":
                self._select = ""


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields by name."""
    form = _Form(action)
    form.feed(page)
    return form.fields
