"""Posting kinds as pure functions: what is posted, with the accounts named and not yet found.

A kind is declared with `posts`. Called, it gives the Posting; its `draft` gives the same with named accounts, so that a set of
any kinds finds (and on first use opens) all of its accounts in one query: `post_many(postings_of(drafts), at=at)`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, ParamSpec

from ledger.journal.actions import Leg, Posting, credit, debit
from ledger.journal.actions.legs import Postable
from payments.chart.accounts import Key, accounts

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class Line:
    """A leg to be: an account, by name or found already, and a signed amount (debit +, credit −)."""

    account: Key | Postable
    signed_minor: int
    item: str | None = None


def dr(account: Key | Postable, amount_minor: int, item: str | None = None) -> Line:
    return Line(account, _not_negative(amount_minor), item)


def cr(account: Key | Postable, amount_minor: int, item: str | None = None) -> Line:
    return Line(account, -_not_negative(amount_minor), item)


def _not_negative(amount_minor: int) -> int:
    if type(amount_minor) is not int or amount_minor < 0:
        raise ValueError("a line takes a whole number of minor units, not negative, and a side")
    return amount_minor


def opposite(lines: Sequence[Line]) -> list[Line]:
    return [replace(line, signed_minor=-line.signed_minor) for line in lines]


@dataclass(frozen=True, slots=True)
class Draft:
    """`of` is the object that it is posted for, with its part if it has parts: the reference is ``<kind>:<of>``."""

    of: str
    on: date
    at: datetime
    lines: Sequence[Line]
    kind: str = ""


def postings_of(drafts: Sequence[Draft]) -> list[Posting]:
    """Step: the accounts of all drafts in one query. Lines of zero are left out."""
    if not drafts:
        return []
    keys = [line.account for draft in drafts for line in draft.lines if line.signed_minor and isinstance(line.account, tuple)]
    found = accounts(keys, at=drafts[0].at)
    return [Posting(f"{d.kind}:{d.of}", d.kind, d.on, [_leg(line, found) for line in d.lines if line.signed_minor]) for d in drafts]


def _leg(line: Line, found: Mapping[Key, Postable]) -> Leg:
    account = found[line.account] if isinstance(line.account, tuple) else line.account
    return (debit if line.signed_minor > 0 else credit)(account, abs(line.signed_minor), line.item)


@dataclass(frozen=True)
class PostingKind(Generic[P]):
    """One function that builds postings of a kind, and the rows of BOOKS.md section 3 that it makes."""

    kind: str
    rows: str
    build: Callable[P, Draft]

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Posting:
        return postings_of([self.draft(*args, **kwargs)])[0]

    def draft(self, *args: P.args, **kwargs: P.kwargs) -> Draft:
        return replace(self.build(*args, **kwargs), kind=self.kind)

    @property
    def room(self) -> str:
        return self.build.__module__.rpartition(".")[0]

    @property
    def name(self) -> str:
        return self.build.__name__

    @property
    def sentence(self) -> str:
        """First line of its docstring."""
        return (self.build.__doc__ or "").strip().partition("\n")[0]


POSTING_KINDS: list[PostingKind] = []


def posts(kind: str, *, rows: str) -> Callable[[Callable[P, Draft]], PostingKind[P]]:
    """Declare that a function builds postings of `kind`: the `rows` of BOOKS.md section 3."""

    def declare(build: Callable[P, Draft]) -> PostingKind[P]:
        declared = PostingKind(kind, rows, build)
        POSTING_KINDS.append(declared)
        return declared

    return declare
