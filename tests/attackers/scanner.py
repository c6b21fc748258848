"""Crawls as several visitors, sends payloads to every place, and collects what is wrong with the answers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from tests.attackers.checks import faults
from tests.attackers.crawling import Found, Place, crawl, within_paths
from tests.attackers.exposed import EXCUSED, LEFT_BEHIND, SUFFIXES, WAYS_OUT
from tests.attackers.listener import Listener, listening
from tests.attackers.payloads import SITE, SLEEP_SECONDS, TAG, Payload, payloads
from tests.attackers.reading import here, read, shape_of
from tests.attackers.visitor import Answer, Fields, Visitor

T = TypeVar("T")
METHODS = ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "DPX")
HEADERS = ("Referer", "User-Agent", "X-Forwarded-Host", "X-Forwarded-For", "Accept-Language", "HX-Request", "HX-Current-URL", "Request-Id")
HOSTS = (SITE, f"localhost@{SITE}", f"localhost:80@{SITE}", "localhost, dpx", f"<{TAG}>")
TOKEN = "csrfmiddlewaretoken"
TELLING = ("polyglot", "nul", "not utf-8")  # markup, templates and SQL at once, and bytes that are no text
LONGEST_PART = 5_000  # of a path


@dataclass(frozen=True)
class Finding:
    kind: str
    who: str
    where: str  # method and address
    field: str
    payload: str
    seen: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.who}, {self.where}, {self.field or '-'}, {self.payload or '-'}: {self.seen}"


@dataclass
class Scan:
    """What was found, and how much was asked.

    The short form tries what many pages share once; below `alike` (a pattern of paths that one view serves) it does so by the
    parameter's name. It sends everything to the first field of a place, and to the others and into paths what tells on any of
    them and the rest in turns. `may_fail`: paths that answer 503 by design.
    """

    visitors: Sequence[Visitor]
    long: bool = False
    alike: str = r"(?!)"
    may_fail: frozenset[str] = frozenset()
    findings: dict[tuple[str, str, str], Finding] = field(default_factory=dict)
    places: list[Place] = field(default_factory=list)
    pages: int = 0
    is_whole: bool = True
    _tried: set[str] = field(default_factory=set)
    _turn: int = 0

    def run(self) -> "Scan":
        with listening() as listener:
            sent = [p for p in payloads(listener.address) if p.short or self.long]
            for visitor in self.visitors:
                found = self._crawled(visitor, 8 if self.long else 2, with_queries=self.long)
                self._exposed(visitor, found)
                self._methods(visitor, found)
                self._headers_and_cookies(visitor, sent, listener)
                self._paths(visitor, found, sent)
                for place in found.places.values():
                    if self._is_new(place.shape):
                        self.places.append(place)
                        self._forged(visitor, place)
                        self._attacked(visitor, place, self._some(sent, place.address), listener)
            for visitor in self.visitors:  # what was stored is shown now
                visitor.cookies |= visitor.sign_in()
                self._crawled(visitor, 1, with_queries=False)
        return self

    def _crawled(self, visitor: Visitor, of_each: int, *, with_queries: bool) -> Found:
        found = crawl(visitor, of_each=of_each, with_queries=with_queries)
        self.pages += len(found.answers)
        self.is_whole &= found.is_whole
        for address, answer in found.answers.items():
            self._judge(visitor, f"GET {address}", answer)
        return found

    def _is_new(self, what: str) -> bool:
        """In the long form everybody tries everything."""
        known = re.sub(self.alike, "/*/", what)
        if known in self._tried and not self.long:
            return False
        self._tried.add(known)
        return True

    def _some(self, things: Sequence[T], address: str, count: int = 3) -> Sequence[T]:
        """All of them, or the next few where a view is asked again and again."""
        if self.long or not re.search(self.alike, address):
            return things
        return self._next(things, count)

    def _next(self, things: Sequence[T], count: int) -> list[T]:
        self._turn += count
        return [things[(self._turn + n) % len(things)] for n in range(min(count, len(things)))]

    def _for_field(self, sent: Sequence[Payload], number: int) -> Sequence[Payload]:
        """For the first field of a place all; for another what tells wherever it is sent, and some of the rest."""
        if self.long or number == 0 or len(sent) <= len(TELLING):
            return sent
        rest = [payload for payload in sent if payload.name not in TELLING]
        return [*(payload for payload in sent if payload.name in TELLING), *self._next(rest, 2)]

    # --- every place ---

    def _attacked(self, visitor: Visitor, place: Place, sent: Sequence[Payload], listener: Listener) -> None:
        fields = self._fresh(visitor, place)
        for number, name in enumerate(self._names(visitor, place, fields)):
            for payload in self._for_field(sent, number):
                answer = self._send(visitor, place, {**fields, name: payload.sent()})
                self._judge(visitor, place.shape, answer, name, payload)
                if payload.sleeps and answer.seconds >= SLEEP_SECONDS and self._sleeps(visitor, place, fields, name, payload):
                    self._add("time", visitor, place.shape, name, payload, f"{answer.seconds:.1f} s")
                if place.method == "POST" and (answer.status == 403 or answer.header("Set-Cookie")):
                    fields = self._fresh(visitor, place)  # signed out, or a new token
                if listener.heard:
                    self._add("request", visitor, place.shape, name, payload, listener.heard.pop())
        token = {TOKEN: fields[TOKEN]} if TOKEN in fields else {}
        for odd in (token, {**fields, "dpx[$ne]": b"1"}):  # without its fields, and with one that it does not know
            self._judge(visitor, place.shape, self._send(visitor, place, odd))

    def _names(self, visitor: Visitor, place: Place, fields: Fields) -> list[str]:
        """The fields to try; in the short form one of many rows, and one alone where everything is refused unread."""
        names = [name for name in fields if name != TOKEN]
        if self.long:
            return names
        names = list({re.sub(r"[0-9]+", "{}", name): name for name in names}.values())
        refused = place.method == "POST" and self._send(visitor, place, fields).status in (403, 405)
        return names[:1] if refused else names

    def _sleeps(self, visitor: Visitor, place: Place, fields: Fields, name: str, payload: Payload) -> bool:
        """Not by chance: quick when asked for no time, and twice as long for twice the time."""
        quick = self._send(visitor, place, {**fields, name: payload.sent(0)})
        slow = self._send(visitor, place, {**fields, name: payload.sent(2 * SLEEP_SECONDS)})
        return quick.seconds < SLEEP_SECONDS and slow.seconds >= 2 * SLEEP_SECONDS

    def _fresh(self, visitor: Visitor, place: Place) -> dict[str, bytes]:
        """The fields with what a form of this moment hides in them; signs in again where a session has ended."""
        fields = {name: value.encode() for name, value in place.fields.items()}
        if place.method == "GET":
            return fields
        answer = visitor.get(place.page)
        if answer.status != 200:
            visitor.cookies |= visitor.sign_in()
            answer = visitor.get(place.page)
        for form in read(place.page, answer.text).forms:
            if here(form.page, form.action) == place.address and set(form.fields) == set(place.fields):
                return {name: value.encode() for name, value in form.fields.items()}
        return fields

    def _send(self, visitor: Visitor, place: Place, fields: Fields) -> Answer:
        return visitor.get(place.address, fields) if place.method == "GET" else visitor.post(place.address, fields)

    def _forged(self, visitor: Visitor, place: Place) -> None:
        """A form from elsewhere: without the token, with a wrong one, with the right one but from another site."""
        if place.method != "POST":
            return
        fields = self._fresh(visitor, place)
        bare = {name: value for name, value in fields.items() if name != TOKEN}
        elsewhere = {"Origin": f"https://{SITE}", "Referer": f"https://{SITE}/"}
        tries = {
            "no token": visitor.post(place.address, bare),
            "a wrong token": visitor.post(place.address, {**bare, TOKEN: b"x" * 64}),
            "another site": visitor.post(place.address, fields, **elsewhere),
        }
        for said, answer in tries.items():
            if answer.status < 400:
                self._add("forgery", visitor, place.shape, TOKEN, None, f"{said}: {answer.status}")

    # --- every page ---

    def _paths(self, visitor: Visitor, found: Found, sent: Sequence[Payload]) -> None:
        fitting = [payload for payload in sent if len(payload.value) <= LONGEST_PART]
        for path, number in within_paths(found):
            for payload in self._some(fitting, path) if self.long else self._next(fitting, 4):
                parts = path.split("/")
                parts[number] = "".join(f"%{byte:02x}" for byte in payload.sent())
                self._judge(visitor, f"GET {path}", visitor.get("/".join(parts)), f"part {number}", payload)

    def _methods(self, visitor: Visitor, found: Found) -> None:
        for path in found.paths:
            for method in [method for method in METHODS if self._is_new(f"{method} {shape_of(path)}")]:
                answer = visitor.ask(method, path, **{"X-Dpx": TAG})
                self._judge(visitor, f"{method} {path}", answer)
                if TAG in answer.text:
                    self._add("trace", visitor, f"{method} {path}", "X-Dpx", None, "the request is read out")

    def _headers_and_cookies(self, visitor: Visitor, sent: Iterable[Payload], listener: Listener) -> None:
        kept = dict(visitor.cookies) or {"dpx": ""}
        headers, cookies = ([name for name in names if self._is_new(f"named {name}")] for names in (HEADERS, kept))
        for payload in sent:
            value = re.sub(rb"[\r\n]", b"", payload.sent()).decode("latin-1")  # no server lets these into a header
            for name in headers:
                self._judge(visitor, "GET /", visitor.get("/", **{name: value}), name, payload)
            for name in cookies:
                visitor.cookies = {**kept, name: value}
                self._judge(visitor, "GET /", visitor.get("/"), f"cookie {name}", payload)
                visitor.cookies = dict(kept)
            if listener.heard:
                self._add("request", visitor, "GET /", "a header", payload, listener.heard.pop())
        for host in HOSTS:
            answer = visitor.get("/", Host=host)
            self._judge(visitor, "GET /", answer, "Host")
            if answer.status < 400:
                self._add("host", visitor, "GET /", "Host", None, f"{host} is served")

    def _exposed(self, visitor: Visitor, found: Found) -> None:
        pages = {address.partition("?")[0] for address in found.answers}
        beside = [
            path.rstrip("/") + suffix for path in found.paths if path != "/" for suffix in SUFFIXES if self._is_new(shape_of(path) + suffix)
        ]
        known = [address for address in (*LEFT_BEHIND, *WAYS_OUT) if self._is_new(address)]
        for address in sorted({*known, *beside} - EXCUSED - pages):
            answer = visitor.get(address)
            self._judge(visitor, f"GET {address}", answer)
            if answer.status == 200:
                self._add("exposed", visitor, f"GET {address}", "", None, answer.text[:60])

    # --- verdicts ---

    def _judge(self, visitor: Visitor, where: str, answer: Answer, name: str = "", payload: Payload | None = None) -> None:
        excused = where.split(" ")[1] in self.may_fail
        for kind, seen in faults(answer, secure=visitor.scheme == "https"):
            if not (excused and kind == "server error"):
                self._add(kind, visitor, where, name, payload, seen)

    def _add(self, kind: str, visitor: Visitor, where: str, name: str, payload: Payload | None, seen: str) -> None:
        finding = Finding(kind, visitor.name, where, name, payload.name if payload else "", seen[:200])
        self.findings.setdefault((kind, where, name), finding)
