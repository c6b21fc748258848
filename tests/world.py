"""The cast of every story: Alice lets, Bob rents. Built through the actions, on a clock that stands still until it is moved."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from directpay.due.run import run_all
from directpay.events.relay import relay_all
from directpay.kernel import clock
from directpay.ops.clock import advance, set_clock
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM, Actor
from directpay.people.models import Payee, User
from directpay.people.queries import actor_for_user
from leases.contracts.actions import Terms
from leases.contracts.models import Lease, Party
from leases.contracts.queries import with_people
from leases.properties.actions import add_property, add_unit
from leases.properties.models import Property, Unit
from leases.rent.actions.open_lease import open_lease
from leases.rent.actions.pay_rent import PayRequest, pay_rent
from ledger.journal.invariants import check_invariants
from ledger.journal.models import Account, Entry, Transaction
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from payments.payins.queries import with_related
from payments.pricing.models import RailFee
from payments.reconciliation.actions import pay_in_capital

START = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)  # a Monday, 10:00 in New York
PAYS, NO_FUNDS, DISPUTED = "000123456789", "000222222227", "000555555559"
ADDRESS = {"line1": "114 Linden St", "city": "Columbus", "state": "OH", "postal_code": "43215", "country": "US"}


@dataclass
class World:
    """``World()`` needs the database; the clock is set to `start` and stands still."""

    start: datetime = START
    capital_minor: int = 1_000_000
    # What a test keeps at hand: a lease that owes, its home, accounts to pay from.
    owed: Any = field(default=None, init=False)
    home_lease: Any = field(default=None, init=False)
    carol: Any = field(default=None, init=False)
    sources: Any = field(default=None, init=False)
    _units: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        set_clock(self.start, frozen=True)
        pay_in_capital(self.capital_minor, currency="usd", reference="opening", at=self.start)
        self.alice = self.person("alice", "landlord")
        self.bob = self.person("bob", "renter")
        self.payee: Payee = self.alice.payees.get()
        self.home = self.property(self.alice)

    @property
    def now(self) -> datetime:
        return clock.now()

    def person(self, name: str, role: str) -> User:
        return create_user(email=f"{name}@example.com", name=name.title(), role=role, actor=SYSTEM, at=self.now)

    def actor(self, user: User) -> Actor:
        return actor_for_user(user)

    def property(self, landlord: User, **changes: Any) -> Property:
        details = {"name": "Linden", "timezone": "America/New_York", "currency": "usd", "address": ADDRESS, "units": [], **changes}
        return add_property(landlord, landlord.payees.get(), details, actor=SYSTEM, at=self.now)

    def unit(self) -> Unit:
        self._units += 1
        return add_unit(self.home, {"name": f"Unit {self._units}"}, actor=SYSTEM, at=self.now)

    def account(self, user: User, number: str = PAYS) -> BankAccount:
        """A verified bank account."""
        details = {"account_holder_name": user.name, "routing_number": "110000000", "account_number": number, "account_type": "checking"}
        made = add_bank_account(user, details, actor=SYSTEM, at=self.now)
        return verify_bank_account(made, [32, 45], actor=SYSTEM, at=self.now)

    def lease(self, *renters: Any, rent: int = 150_000, start: date = date(2026, 11, 1), **changes: Any) -> Lease:
        """`renters`: users, or (user, share) pairs; Bob without any."""
        people = [pair if isinstance(pair, tuple) else (pair, None) for pair in renters or (self.bob,)]
        terms = {"deposit_minor": 0, "end_on": date(2027, 10, 31), "due_day": 1, "metadata": {}, **changes}
        made = Terms(unit=terms.pop("unit", None) or self.unit(), renters=people, rent_minor=rent, start_on=start, **terms)
        return open_lease(made, actor=SYSTEM, at=self.now)

    def fee(self, rail: str, minor: int, payer: str = "payee") -> None:
        RailFee.objects.update_or_create(payee=self.payee, rail=rail, defaults={"fee_minor": minor, "fee_payer": payer})

    def pay(self, lease: Lease, rail: str = "ach", amount: int | None = None, source: BankAccount | None = None, **more: Any) -> Payment:
        source = source or BankAccount.objects.filter(user=self.bob).first() or self.account(self.bob)
        return pay_rent(lease, PayRequest(rail=rail, bank_account=source, amount_minor=amount, **more), actor=SYSTEM, at=self.now)

    def work(self) -> None:
        """What the worker would do at this moment."""
        while run_all() + relay_all():
            pass

    def later(self, **delta: float) -> None:
        """Move the clock, doing what falls due on the way."""
        advance(self.now + timedelta(**delta))

    def until(self, payment: Payment, *states: str, seconds: int = 600) -> Payment:
        """Move the clock second by second until the payment stands in one of `states`."""
        for _ in range(seconds):
            self.work()
            found = self.fresh(payment)
            if found.status in states:
                return found
            self.later(seconds=1)
        raise AssertionError(f"{payment.public_id} is {self.fresh(payment).status}, not {states}")

    def fresh(self, payment: Payment) -> Payment:
        return with_related().get(id=payment.id)

    # --- the books, as BOOKS.md writes them ---

    def balance(self, code: str, subject: str | None = None, lease: Lease | None = None, label: str = "joint") -> int:
        """Shown balance of ``P2110``, ``P1210/ach``, ``L1500`` (of the lease's party), in minor units; 0 if never opened."""
        account = self._find(code, lease, label)
        return account.shown_minor if account else 0

    def balance_after(self, reference: str, code: str, lease: Lease | None = None, label: str = "joint") -> int:
        """The same right after a transaction, from the entries."""
        account = self._find(code, lease, label)
        transaction = Transaction.objects.get(reference=reference)
        last = Entry.objects.filter(account=account, id__lte=max(transaction.entries.values_list("id", flat=True))).order_by("-seq").first()
        return account.normal * last.balance_after if account and last else 0

    def _find(self, code: str, lease: Lease | None, label: str) -> Account | None:
        number, _, subject = code.partition("/")
        rows = Account.objects.filter(number=number, currency="usd")
        if number == "L1500":
            assert lease is not None
            return rows.get(id=Party.objects.get(lease=lease, label=label).account_id)
        if subject:
            return rows.filter(subject=subject).first()
        if number in ("P2110", "P2120", "L1100"):
            return rows.filter(subject=self.payee.public_id).first()
        assert rows.count() <= 1, f"{code} is not one account"
        return rows.first()

    def check(self) -> None:
        """Every invariant that can be asked yet."""
        broken = [f"{f.code} {f.sentence}: {f.broken}" for f in check_invariants() if f.broken]
        assert not broken, "\n".join(broken)

    def reload(self, lease: Lease) -> Lease:
        return with_people().get(id=lease.id)
