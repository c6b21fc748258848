"""Where deposits lie, and who may see them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Prefetch, QuerySet, Sum

from directpay.kernel.arrays import integers
from directpay.kernel.errors import Conflict
from directpay.people.actor import Actor
from directpay.people.models import Payee, User
from directpay.people.ways import Way, seen_by
from leases.contracts.models import Lease, Renter
from leases.contracts.queries import ways_by_share
from leases.deposits.models import Deposit, Movement, TrustBank
from leases.rent.postings import RECLAIMED
from leases.rent.queries import payable_charges
from ledger.journal.models import Account
from payments.payins.models import Payment
from payments.payins.queries import in_flight_minor
from payments.payouts import queries as payouts
from payments.payouts.models import Payout
from payments.payouts.queries import not_forwarded


class CustomerHasDeposit(Conflict):
    """What they have left is with us still (409)."""

    code = "customer_has_deposit"


@dataclass(frozen=True, slots=True)
class Standing:
    """A deposit in minor units. `in_transit_minor` is with us, the rest of what is held lies in the trust bank."""

    asked_minor: int
    owed_minor: int
    in_flight_minor: int
    held_minor: int
    interest_minor: int
    in_transit_minor: int


def with_lease() -> QuerySet[Deposit]:
    """Its accounts by queries of their own: joined four times over, in a young ledger of which the statistics know one account and that
    has 22, they were read through 234,000 times (0.4 s), for of a table of one row none is looked up by its key."""
    return Deposit.objects.select_related(
        "lease__unit__property__payee__owner", "lease__unit__property__landlord", "party__account", "trust_bank__bank_account"
    ).prefetch_related("account", "held", "interest")


def shown() -> QuerySet[Deposit]:
    """With what a page or the API says of them."""
    movements = Prefetch("movements", Movement.objects.select_related("charge").order_by("id"))
    return Deposit.objects.select_related("lease", "party", "trust_bank").prefetch_related("account", "held", "interest", movements)


def visible_deposits(actor: Actor) -> QuerySet[Deposit]:
    """Staff see all, landlords those on their leases, renters those of their own share."""
    return seen_by(shown(), ways_by_share(actor))


def standings(deposits: Sequence[Deposit]) -> dict[int, Standing]:
    """Deposit id → where it stands, in a fixed number of queries."""
    accounts = {d.account_id: d for d in deposits}
    flying = in_flight_minor(list(accounts))
    here = _with_us(Payment.objects.filter(applies_to_id__in=list(accounts)))
    return {
        d.id: Standing(
            d.amount_minor,
            d.account.balance_minor,
            flying.get(d.account_id, 0),
            d.held.shown_minor,
            d.interest.shown_minor,
            here.get(d.account_id, 0),
        )
        for d in deposits
    }


def _with_us(payments: QuerySet[Payment]) -> dict[int, int]:
    """Account of a deposit → what has cleared of these payments for it and has not reached the trust bank."""
    rows = not_forwarded(payments).order_by().values_list("applies_to_id")
    return dict(rows.annotate(total=Sum("amount_minor")))


def trust_bank_of(lease: Lease) -> TrustBank | None:
    """The payee's, in the state where the home stands and the lease's currency."""
    home = lease.unit.property
    return TrustBank.objects.filter(payee_id=home.payee_id, state=home.state.upper(), currency=lease.currency).first()


def owes_deposit_on(payer: User, account: Account) -> bool:
    """For payins.queries.MAY_PAY: a renter may pay any party's deposit on a lease that it stands on."""
    leases = Deposit.objects.filter(account=account).values("lease_id")
    return Renter.objects.filter(user=payer, lease_id__in=leases).exists()


def moved_minor(deposit: Deposit, kind: str) -> int:
    """Sum of one kind of movement."""
    total: int | None = deposit.movements.filter(kind=kind).aggregate(total=Sum("amount_minor"))["total"]
    return total or 0


def drawn_minor(deposit: Deposit) -> int:
    """What was drawn from the trust bank to be given back, and was not: the rest of what is in transit is other renters'."""
    return payouts.drawn_minor(
        Payout.objects.filter(origin=deposit.public_id), deposit.lease.unit.property.payee.public_id, deposit.subject
    )


def owes_what_was_given_back(deposit: Deposit) -> bool:
    """Whether its party owes for a payment of it that was taken back when its money had gone on."""
    parties = list(deposit.lease.parties.order_by("id"))
    return any(row.charge.posted_as == RECLAIMED for row in payable_charges(deposit.lease, deposit.party, parties).rows)


def kept_by_owner(deposits: Sequence[Deposit]) -> set[str]:
    """Payments of these deposits that came back (K15): their money goes to the trust bank all the same, where it is the owner's."""
    banks = {d.trust_bank.public_id for d in deposits}
    books = {d.account.book_id for d in deposits}
    accounts = Account.objects.filter(number="L2230", subject__in=banks, book_id__in=books).values_list("id", flat=True)
    with connection.cursor() as cursor:
        cursor.execute(payouts.KEPT, [integers(accounts)])
        return {payment for payment, _ in cursor.fetchall()}


def visible_trust_banks(actor: Actor) -> QuerySet[TrustBank]:
    """Staff see all, landlords those of their payees; a renter is told its name with the deposit."""
    return seen_by(TrustBank.objects.select_related("payee", "bank_account"), ways_to_trust_banks(actor))


def ways_to_trust_banks(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    return [Way("payee", through=Payee.objects.filter(owner_id=actor.user_id))]


def check_left_nothing(user: User, actor: Actor, at: datetime) -> None:
    """For customers.queries.KEPT_BY. Raises CustomerHasDeposit."""
    held = Deposit.objects.filter(party__renters__user=user).exclude(held__balance_minor=0, interest__balance_minor=0)
    if (found := held.order_by("id").first()) is not None:
        raise CustomerHasDeposit("A deposit of this customer's is held: give it back first.", deposit=found.public_id)
