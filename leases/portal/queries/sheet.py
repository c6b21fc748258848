"""The pay page before anything is paid: ways with price and promise, accounts, the order of allocation, what it comes to."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from directpay.kernel.clock import EASTERN, today
from directpay.kernel.money import minor_of
from directpay.people.models import User
from leases.policies.models import PaymentPolicy
from leases.portal import words
from leases.portal.queries.owing import Owing, Part, charges_named
from leases.rent.models import Charge
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.methods.wallets.paying import Wallet
from payments.payins.models import Payment
from payments.pricing.fees import Price, price
from payments.rails.base import Promise
from payments.rails.paypal.amounts import CURRENCIES
from payments.rails.registry import BY_CARD, BY_WALLET, is_set_up, rail

ORDER = ("ach", "same_day_ach", "instant", "card", *BY_WALLET)
ONE_MORE = ("wire",)
ATTEMPT = re.compile(r"at_[0-9a-f]{24}")
PART = re.compile(r"(chg_\w{1,40})([=+])(\d{1,15})", re.ASCII)  # of a charge that is due, or ahead of one
SHOWN = re.compile(rf"\w*:\w*:(?P<amount>\d{{1,15}}):\d{{1,15}}:(?P<parts>(?:{PART.pattern}(?:,|$))*)", re.ASCII)
SHOWN_LIMIT = 8_000  # characters that are read of what a page said


@dataclass(frozen=True, slots=True)
class Choice:
    """What the person chose, as it came; empty: not chosen yet."""

    rail: str = ""
    bank_account: str = ""
    card: str = ""
    how_much: str = ""  # all | part
    part: str = ""

    @classmethod
    def of(cls, given: Mapping[str, str]) -> "Choice":
        return cls(*(given.get(name, "")[:80] for name in ("rail", "bank_account", "card", "how_much", "part")))


@dataclass(frozen=True, slots=True)
class Way:
    """One rail: its price and promise for this amount, or why it cannot be used."""

    name: str
    cost: Price
    promise: Promise
    said: words.Promised
    closed: SafeString | None

    @property
    def by_payer(self) -> bool:
        return self.cost.fee_payer == "payer"


@dataclass(frozen=True, slots=True)
class Sheet:
    """`errors`: field → sentence. Without errors and with an account, it can be paid."""

    owing: Owing
    choice: Choice
    amount_minor: int
    parts: list[Part]
    ways: list[Way]
    way: Way
    accounts: list[BankAccount]
    account: BankAccount | None
    cards: list[Card]
    card: Card | None
    wallet: Wallet
    attempt: str
    errors: dict[str, SafeString] = field(default_factory=dict)

    @property
    def is_part(self) -> bool:
        return self.choice.how_much == "part"

    @property
    def by_card(self) -> bool:
        return self.way.name in BY_CARD

    @property
    def by_wallet(self) -> bool:
        return self.way.name in BY_WALLET

    @property
    def source(self) -> BankAccount | Card | Wallet | None:
        """What this would be paid with."""
        if self.by_wallet:
            return self.wallet
        return self.card if self.by_card else self.account

    @property
    def something_to_pay_with(self) -> bool:
        """An account, a card, or a wallet that needs neither."""
        return bool(self.accounts or self.cards or any(way.name in BY_WALLET for way in self.ways))

    @property
    def usual(self) -> list[Way]:
        return [way for way in self.ways if way.name not in ONE_MORE]

    @property
    def others(self) -> list[Way]:
        return [way for way in self.ways if way.name in ONE_MORE]

    @property
    def charged_minor(self) -> int:
        return self.way.cost.charged_minor

    @property
    def owed_after_minor(self) -> int:
        """When all that is on its way, and this, has cleared."""
        return max(0, self.owing.owed_minor - self.owing.in_flight_minor - self.amount_minor)

    @property
    def ahead_minor(self) -> int:
        """What of it is kept for a charge that has not fallen due."""
        return sum(part.amount_minor for part in self.parts if part.charge.posted_at is None)

    @property
    def order(self) -> str:
        """Why this is paid and not another, where there was a choice: said beside the first charge."""
        policy = self.owing.policy
        open_now = [row for row in self.owing.rows if row.free_minor > 0 and row.charge.posted_at]
        chosen = len(self.parts) > 1 or (policy.order == PaymentPolicy.Order.CATEGORIES and len(open_now) > 1)
        return words.paid_first(policy) if chosen else ""

    @property
    def is_exactly_what_is_due(self) -> bool:
        """Nothing of it is paid or on its way: the same amount as minutes ago, for another month, is no slip."""
        return not self.is_part and self.ahead_minor == 0

    @property
    def lacks_account(self) -> bool:
        """A bank account is what is missing, not a card."""
        return self.source is None and not self.by_card

    @property
    def can_pay(self) -> bool:
        return self.source is not None and self.amount_minor > 0 and not self.errors

    @property
    def shown(self) -> str:
        """What the page said when it was printed: only exactly this is paid by a press on its button."""
        parts = ",".join(f"{part.charge.public_id}{'=' if part.charge.posted_at else '+'}{part.amount_minor}" for part in self.parts)
        return f"{self.way.name}:{self.source.public_id if self.source else ''}:{self.amount_minor}:{self.charged_minor}:{parts}"

    def changed_since(self, shown: str, press: str) -> tuple[SafeString, SafeString] | None:
        """What a page said that it pays, and what this one says, where that is by more than what was chosen.

        `press` is the attempt of that page. None where it pays the same, or only another amount because another was chosen.
        """
        said = SHOWN.fullmatch(shown[:SHOWN_LIMIT])
        if said is None or shown.rpartition(":")[2] == self.shown.rpartition(":")[2]:
            return None
        if press == self.attempt and int(said["amount"]) != self.amount_minor:
            return None
        parts = [(name, int(minor), sign == "+") for name, sign, minor in PART.findall(said["parts"])]
        charges = charges_named(self.owing, [name for name, _minor, _ahead in parts])
        before = [(charges[name], minor, ahead) for name, minor, ahead in parts if name in charges]
        now = [(part.charge, part.amount_minor, part.charge.posted_at is None) for part in self.parts]
        return self._listed(before, int(said["amount"])), self._listed(now, self.amount_minor)

    def _listed(self, parts: Sequence[tuple[Charge, int, bool]], amount_minor: int) -> SafeString:
        """`Rent, November $1,500.00; Rent, December $500.00, ahead`; of what is owed without a charge the amount alone."""
        currency, today = self.owing.lease.currency, self.owing.today
        if not parts:
            return words.amount(amount_minor, currency)
        said = []
        for charge, minor, ahead in parts:
            part = format_html("{} {}", words.charge_title(charge, today), words.amount(minor, currency))
            said.append(format_html(_("{part}, ahead"), part=part) if ahead else part)
        return format_html_join("; ", "{}", ((part,) for part in said))


def sheet(found: Owing, user: User, choice: Choice, at: datetime) -> Sheet:
    """The page for this choice; what is not chosen is chosen for the person: all of it, by bank transfer."""
    errors: dict[str, SafeString] = {}
    amount = _amount(found, choice, errors)
    payee = found.lease.unit.property.payee
    ways = [_way(name, amount, payee.id, found, at) for name in (*ORDER, *ONE_MORE) if _is_offered(name, found)]
    usable = [way for way in ways if way.closed is None] or ways
    way = next((w for w in ways if w.name == choice.rail), usable[0])
    if way.closed is not None:
        errors["rail"] = way.closed
    accounts = list(BankAccount.objects.filter(user=user, status=BankAccount.Status.VERIFIED, currency=found.lease.currency).order_by("id"))
    account = next((a for a in accounts if a.public_id == choice.bank_account), accounts[-1] if accounts else None)
    parts = found.split(amount)
    cards = cards_of(user, at)
    card = next((c for c in cards if c.public_id == choice.card), cards[-1] if cards else None)
    wallet, attempt = Wallet(user), attempt_of(found, user)
    return Sheet(found, choice, amount, parts, ways, way, accounts, account, cards, card, wallet, attempt, errors)


def _is_offered(name: str, found: Owing) -> bool:
    return is_set_up(name) and (name not in BY_WALLET or found.lease.currency in CURRENCIES)


def cards_of(user: User, at: datetime) -> list[Card]:
    """Those that may be paid with today."""
    day = today(EASTERN, at)
    kept = Card.objects.filter(user=user, detached_at=None).order_by("id")
    return [card for card in kept if (card.exp_year, card.exp_month) >= (day.year, day.month)]


def _way(name: str, amount_minor: int, payee_id: int, found: Owing, at: datetime) -> Way:
    cost, promise = price(amount_minor, rail=name, payee_id=payee_id), rail(name).promise(at)
    closed = None
    if amount_minor > 0 and cost.net_minor <= 0:
        fee = words.amount(cost.fee_minor, found.lease.currency)
        closed = format_html(_("Only for more than {fee}, which is what it costs the landlord."), fee=fee)
    return Way(name, cost, promise, words.promised(name, promise, at, found.zone), closed)


def _amount(found: Owing, choice: Choice, errors: dict[str, SafeString]) -> int:
    if choice.how_much != "part":
        return found.payable_minor
    typed = minor_of(choice.part, found.lease.currency)
    limit = words.amount(found.limit_minor, found.lease.currency)
    if typed is None or typed <= 0:
        errors["part"] = format_html(_("Enter an amount such as 500.00, up to {limit}."), limit=limit)
        return 0
    if typed > found.limit_minor:
        errors["part"] = format_html(_("At most {limit} can be paid now. Enter that or less."), limit=limit)
        return 0
    return typed


def attempt_of(found: Owing, user: User) -> str:
    """The same for every page that shows the same state, so that two tabs are one attempt; another after every change."""
    latest = Payment.objects.filter(applies_to_id=found.party.account_id).order_by("-id").values_list("public_id", "version").first()
    state = f"{user.public_id}:{found.lease.public_id}:{found.party.account.last_seq}:{latest}"
    return f"at_{hashlib.sha256(state.encode()).hexdigest()[:24]}"
