"""Questions about payments."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db.models import Model, Q, QuerySet, Sum

from directpay.kernel.clock import EASTERN, today
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from directpay.people.ways import Way, seen_by
from ledger.allocation.queries import Claim as AllocationClaim
from ledger.journal.models import Account
from payments.methods.cards.models import Card
from payments.methods.models import BankAccount
from payments.payins.models import CLEARED, LIVE, Claim, Payment
from payments.payins.moving import Moving

RELATED = ("payer", "payee", "applies_to__book", "applies_to__cost_account", "bank_account", "card")


def with_related() -> QuerySet[Payment]:
    return Payment.objects.select_related(*RELATED)


def visible_payments(actor: Actor) -> QuerySet[Payment]:
    """Staff see all; a payer what it pays; a landlord what its payees get."""
    return seen_by(with_related(), ways_to_payments(actor))


def ways_to_payments(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    return [Way("payer", actor.user_id), Way("payee", through=Payee.objects.filter(owner_id=actor.user_id), apart=True)]


def paid_with(public_id: str, at: datetime) -> Q:
    """Payments with this bank account or card. Its row is found first, so that an index on the pair of it and time serves the list."""
    if not public_id:
        return Q(bank_account=None, card=None)
    card = public_id.startswith("pm_")
    model: type[Model] = Card if card else BankAccount
    found = model._default_manager.filter(public_id=public_id).values_list("pk", flat=True).first()
    return Q(pk__in=[]) if found is None else Q(**{"card" if card else "bank_account": found})


# Rooms above say which accounts a person may pay, e.g. leases: "the accounts of the leases that one stands on".
MAY_PAY: list[Callable[[User, Account], bool]] = []


# And what such an account takes, of whomever: asked with rail, minor units and the moment, they raise what they refuse.
TAKES: list[Callable[[Account, str, int, datetime], None]] = []

# And in which time zone its days are; None from those who do not know it.
ZONES: list[Callable[[Account], ZoneInfo | None]] = []


def may_pay(payer: User, account: Account, actor: Actor) -> bool:
    """Whether `payer` has to do with this account at all; staff may point anybody at any account."""
    return actor.may_see_all or any(rule(payer, account) for rule in MAY_PAY)


def tendered_on(account: Account, at: datetime) -> date:
    """The day of what is paid to it at this moment: lateness is judged by it. Our bank's where nobody above knows the account."""
    return today(next((zone for zone_of in ZONES if (zone := zone_of(account))), EASTERN), at)


def in_flight_minor(account_ids: Sequence[int]) -> dict[int, int]:
    """Account → minor units on their way to it."""
    rows = Payment.objects.filter(applies_to_id__in=list(account_ids), status__in=LIVE)
    sums = rows.values("applies_to_id").annotate(total=Sum("amount_minor")).order_by()
    return {row["applies_to_id"]: row["total"] for row in sums}


def live_claims(debit_references: Sequence[str]) -> dict[str, list[Claim]]:
    """Debit's reference → claims of payments in flight on it."""
    found: dict[str, list[Claim]] = defaultdict(list)
    rows = Claim.objects.filter(debit_reference__in=list(debit_references), payment__status__in=LIVE)
    for claim in rows.select_related("payment").order_by("-id"):
        found[claim.debit_reference].append(claim)
    return found


def cleared_claims(debit_references: Sequence[str]) -> dict[str, list[AllocationClaim]]:
    """What payments that cleared before the debit was posted had claimed of it: credit's reference → claims."""
    found: dict[str, list[AllocationClaim]] = defaultdict(list)
    rows = Claim.objects.filter(debit_reference__in=list(debit_references), payment__status__in=CLEARED)
    for claim in rows.select_related("payment").order_by("id"):
        found[completed_reference(claim.payment)].append(AllocationClaim(claim.debit_reference, claim.amount_minor, claim.reason))
    return found


def completed_reference(payment: Payment | Moving) -> str:
    """Of the transaction that posts its completion."""
    return f"payment.completed:{payment.public_id}"
