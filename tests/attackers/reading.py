"""What a page offers to be followed, filled in and sent, as a parser sees it."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from tests.attackers.visitor import HOST

# What a person would write into an empty field of this type.
PLAUSIBLE = {"email": "dpx@example.com", "number": "12", "date": "2026-11-02", "datetime-local": "2026-11-02T10:00", "checkbox": "on"}
NOT_SENT = ("button", "submit", "reset", "image", "file")
FOLLOWED = {"a": "href", "area": "href", "link": "href", "iframe": "src", "script": "src", "img": "src"}


@dataclass
class Form:
    page: str  # where it stands
    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


class Reader(HTMLParser):
    """Links, forms and every tag and attribute of one page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.links: list[str] = []
        self.forms: list[Form] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.addresses: list[str] = []  # of every attribute that a click would follow
        self._form: Form | None = None
        self._choice: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.attributes.update(given)
        self.addresses += [given[name].strip() for name in ("href", "src", "action", "formaction") if name in given]
        for name in (FOLLOWED.get(tag, ""), "hx-get"):
            if given.get(name):
                self.links.append(given[name])
        if tag == "form":
            self._form = Form(self.page, given.get("action") or self.page, given.get("method", "get").upper())
            self.forms.append(self._form)
        if given.get("hx-post"):
            self.forms.append(Form(self.page, given["hx-post"], "POST"))
        if self._form is not None:
            self._field(self._form, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._choice = None

    def _field(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "option" and self._choice is not None:
            if "selected" in given or not form.fields[self._choice]:
                form.fields[self._choice] = given.get("value", "")
        elif not name:
            return
        elif tag in ("select", "textarea"):
            form.fields[name] = "" if tag == "select" else "dpx"
            self._choice = name if tag == "select" else None
        elif tag == "button" and given.get("type", "submit") == "submit":
            form.fields.setdefault(name, given.get("value", ""))
        elif tag == "input" and kind not in NOT_SENT:
            if kind == "radio" and name in form.fields and "checked" not in given:
                return
            form.fields[name] = given.get("value") or ("" if kind == "hidden" else PLAUSIBLE.get(kind, "dpx"))


def read(page: str, text: str) -> Reader:
    reader = Reader(page)
    reader.feed(text)
    reader.close()
    return reader


def here(page: str, link: str) -> str | None:
    """The link as a path with its query; None for what leads elsewhere."""
    found = urlsplit(urljoin(f"http://{HOST}{page}", link.strip()))
    if found.scheme not in ("http", "https") or found.netloc != HOST:
        return None
    return found.path + (f"?{found.query}" if found.query else "")


def shape_of(address: str, *names: str) -> str:
    """Addresses of one kind have one shape: ids become {}, of a query the names count."""
    path, _, query = address.partition("?")
    parts = ["{}" if any(c.isdigit() for c in part) or len(part) > 40 else part for part in unquote(path).split("/")]
    asked = {re.sub(r"[0-9]+", "{}", name) for name in (*(pair.partition("=")[0] for pair in query.split("&") if pair), *names)}
    return "/".join(parts) + ("?" + "&".join(sorted(asked)) if asked else "")
