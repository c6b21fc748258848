"""Every page that a visitor reaches by following links, and every place on it where something may be sent."""

from collections import Counter, deque
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from tests.attackers.reading import Form, here, read, shape_of
from tests.attackers.visitor import Answer, Visitor

PAGES_LIMIT = 600


@dataclass(frozen=True)
class Place:
    """Somewhere to send things: the query of an address, a form, or an id within a path."""

    page: str  # where its form stands, or itself
    method: str
    address: str
    fields: dict[str, str]

    @property
    def shape(self) -> str:
        return f"{self.method} {shape_of(self.address.partition('?')[0], *self.fields)}"


@dataclass
class Found:
    """What a crawl has seen: answers by address, one place of each shape."""

    answers: dict[str, Answer] = field(default_factory=dict)
    places: dict[str, Place] = field(default_factory=dict)
    is_whole: bool = True  # nothing was left out for being too much

    @property
    def paths(self) -> list[str]:
        """One address of each shape, without a query."""
        shapes = {shape_of(address.partition("?")[0]): address.partition("?")[0] for address in self.answers}
        return sorted(shapes.values())


def crawl(visitor: Visitor, start: str = "/", *, of_each: int, with_queries: bool) -> Found:
    """Follow every link and redirect on this site: at most `of_each` addresses of one shape, queries only where it says so."""
    found, seen, waiting = Found(), Counter([shape_of(start)]), deque([start])
    known = {start}
    while waiting and len(found.answers) < PAGES_LIMIT:
        address = waiting.popleft()
        answer = visitor.get(address)
        found.answers[address] = answer
        for link in _offered(found, address, answer):
            target = here(address, link)
            if target is None:
                continue
            for place in _queried(target):
                found.places.setdefault(place.shape, place)
            followed = target if with_queries else target.partition("?")[0]
            if followed not in known and seen[shape_of(followed)] < of_each:
                known.add(followed)
                seen[shape_of(followed)] += 1
                waiting.append(followed)
    found.is_whole = not waiting
    return found


def _offered(found: Found, address: str, answer: Answer) -> list[str]:
    """Links of an answer; its forms are kept on the way."""
    links = [answer.header("Location")] if answer.header("Location") else []
    if not answer.is_html:
        return links
    page = read(address, answer.text)
    for form in page.forms:
        place = _place(form)
        if place is not None:
            found.places.setdefault(place.shape, place)
    return [*links, *page.links]


def _queried(target: str) -> list[Place]:
    """Each parameter of an address by itself: lists have more combinations of them than anybody could try."""
    path, _, query = target.partition("?")
    return [Place(path, "GET", path, {name: value}) for name, value in parse_qsl(query, keep_blank_values=True)]


def _place(form: Form) -> Place | None:
    target = here(form.page, form.action)
    if target is None or form.method not in ("GET", "POST"):
        return None
    path = target.partition("?")[0] if form.method == "GET" else target
    return Place(form.page, form.method, path, form.fields)


def within_paths(found: Found) -> list[tuple[str, int]]:
    """Addresses with an id in them, and which part it is."""
    return [
        (path, number)
        for path in found.paths
        for number, part in enumerate(unquote(path).split("/"))
        if shape_of(part) == "{}" and not path.startswith("/static/")
    ]
