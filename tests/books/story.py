"""One story through the books: a payee, a property, a lease, and the postings of each row made by the rooms' own builders."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Posting, credit, open_account, open_book, place_hold, post_many, resolve_hold
from ledger.journal.models import Account, Entry, Hold
from payments.chart.accounts import accounts, of_payee, platform
from payments.payins.postings import Paid
from payments.reconciliation.postings import capital
from tests.books.tables import ROWS, Code, chain_to

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
DAY = date(2026, 11, 2)
USD = "usd"
PAYEE, HOME, LEASE, NEXT_LEASE, TRUST_BANK = "lnd_7", "prop_1", "lse_1", "lse_2", "tba_1"
CAPITAL_MINOR = 1_000_000
WHEN: dict[str, Any] = {"on": DAY, "at": AT}
THEIRS: dict[str, Any] = {"payee": PAYEE, "currency": USD, **WHEN}
# The page names a subject only where a row needs it to tell two accounts apart.
NAMED = ("P1210", "P1240", "P2310", "P2500", "P2700", "L1500", "L1510", "L2200", "L2210")


def subject_of(party: str) -> str:
    """`new` is Bob again, on the lease of the other unit."""
    return f"{NEXT_LEASE}:bob" if party == "new" else f"{LEASE}:{party}"


def code_of(account: Account) -> Code:
    """As the rows write it: ``L1500/bob``, ``P1600.eur``."""
    lease, _, party = account.subject.partition(":")
    subject = {NEXT_LEASE: "new", LEASE: party}.get(lease, account.subject)
    named = f"/{subject}" if account.number in NAMED else ""
    return f"{account.number}{named}{'' if account.currency == USD else '.' + account.currency}"


@dataclass
class Story:
    """Needs the database. Rows are played in their order; each posting goes through the one door."""

    played: dict[str, list[Posting]] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)

    def __post_init__(self) -> None:
        with unit_of_work():
            post_many([capital(reference="opening", currency=USD, amount_minor=CAPITAL_MINOR, **WHEN)], at=AT)

    def play(self, name: str) -> list[Posting]:
        with unit_of_work():
            self.played[name] = STEPS[name](self)
            post_many(self.played[name], at=AT)
        return self.played[name]

    # --- the cast ---

    def party(self, name: str = "bob") -> Account:
        """What the party owes."""
        return self._of_party("L1500", name, "operating")

    def deposit(self, name: str = "bob") -> Account:
        """The deposit that the party owes."""
        return self._of_party("L1510", name, "trust")

    def _of_party(self, number: str, name: str, pays_into: str) -> Account:
        book = open_book("L", PAYEE, at=AT)
        cost = open_account(book, "L6100", subject=HOME, currency=USD, at=AT)
        how: dict[str, Any] = {"accepts_payments": True, "payable_limit": "balance", "pays_into": pays_into, "cost_account": cost}
        return open_account(book, number, subject=subject_of(name), currency=USD, at=AT, **how)

    def at_lease(self, name: str = "bob") -> dict[str, Any]:
        return {"party": self.party(name), "payee": PAYEE, "property_id": HOME, **WHEN}

    def rent(self, payment: str = "pay_1", rail: str = "ach", amount: int = 150_000, fee: int = 200, by: str = "bob", **more: Any) -> Paid:
        """The figures of a payment on a party's account."""
        return Paid(
            payment=payment, rail=rail, payee=PAYEE, currency=USD, amount_minor=amount, applies_to=self.party(by), fee_minor=fee, **more
        )

    def card(self, payment: str = "pay_1", amount: int = 10_000, fee: int = 290, **more: Any) -> Paid:
        return self.rent(payment, "card", amount, fee, **more)

    def deposit_paid(self) -> Paid:
        return Paid(
            payment="pay_1",
            rail="ach",
            payee=PAYEE,
            currency=USD,
            amount_minor=150_000,
            applies_to=self.deposit(),
            fee_minor=200,
        )

    # --- promises beside the balances ---

    def authorize(self, name: str, amount: int) -> None:
        """The issuer promises: a hold on pending."""
        key = platform("P2110", PAYEE, USD)
        pending = accounts([key], at=AT)[key]
        self.holds[name] = place_hold(pending, credit(pending, amount), reference=f"hold:{name}", at=AT)

    def resolve(self, name: str, state: str, posted: int = 0) -> None:
        resolve_hold(self.holds[name], state, at=AT, posted_minor=posted)

    # --- what stands ---

    def balances(self) -> dict[Code, int]:
        """Shown balances, by the rows' codes."""
        shown: dict[Code, int] = defaultdict(int)
        for account in Account.objects.all():
            shown[code_of(account)] += account.shown_minor
        return shown

    def entries(self, postings: list[Posting]) -> list[tuple[Code, int]]:
        """As recorded, in no order."""
        rows = Entry.objects.filter(transaction__reference__in=[p.reference for p in postings]).select_related("account")
        return sorted((code_of(e.account), e.amount_minor) for e in rows)


Step = Callable[[Story], list[Posting]]
STEPS: dict[str, Step] = {}


def steps(**named: Step) -> None:
    """Say how rows are made; each once."""
    assert not STEPS.keys() & named.keys()
    assert named.keys() <= ROWS.keys()
    STEPS.update(named)


def replay(name: str) -> Story:
    """A story at the row `name`, its ancestors played."""
    story = Story()
    for each in chain_to(name):
        story.play(each)
    return story


def place(number: str, subject: str = "main", currency: str = USD) -> tuple[str, str, str, str]:
    return platform(number, subject, currency)


def theirs(number: str, subject: str | None = None) -> tuple[str, str, str, str]:
    return of_payee(number, PAYEE, USD, subject)
