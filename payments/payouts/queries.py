"""What the ledger shows of the cash, and who may see what was sent."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from directpay.people.actor import Actor
from directpay.people.models import Payee
from directpay.people.ways import Way, seen_by
from ledger.journal.models import Account
from ledger.journal.queries import item_balances
from payments.chart.accounts import platform
from payments.methods.models import BankAccount
from payments.payins.models import Payment, Status
from payments.payins.moving import Moving
from payments.payouts.models import Payout


def ready_at(public_ids: Sequence[str]) -> dict[str, datetime]:
    """The completed ones of these payments → the moment from which they may settle."""
    rows = Payment.objects.filter(public_id__in=list(public_ids), status=Status.COMPLETED).values_list("public_id", "ready_at")
    return {key: when for key, when in rows if when}


def cash_has_arrived(payments: Sequence[Moving]) -> set[str]:
    """Completed payments whose item on the rail's clearing account has come to zero: a bank line matched it."""
    if not payments:
        return set()
    keys = {platform("P1210", p.rail, p.currency) for p in payments}
    clearing = {
        (a.subject, a.currency): a.id
        for a in Account.objects.filter(book__kind="P", number="P1210", subject__in=[k[1] for k in keys], currency__in=[k[2] for k in keys])
    }
    sums = item_balances(list(clearing.values()), [p.public_id for p in payments])
    return {p.public_id for p in payments if sums.get((clearing[p.rail, p.currency], p.public_id)) == 0}


def visible_payouts(actor: Actor) -> QuerySet[Payout]:
    """Staff see all, a landlord what its payees are sent, everybody what comes to a bank account of theirs."""
    return seen_by(Payout.objects.select_related("payee__owner", "bank_account__user"), ways_to_payouts(actor))


def ways_to_payouts(actor: Actor) -> list[Way] | None:
    if actor.may_see_all:
        return None
    mine = BankAccount.objects.filter(user_id=actor.user_id)
    return [Way("payee", through=Payee.objects.filter(owner_id=actor.user_id), apart=True), Way("bank_account", through=mine, apart=True)]


def forwarded_to(payments: Sequence[str]) -> dict[str, str]:
    """For returns.actions.FORWARDED: deposit payments → their trust bank, of those that are there or on the way."""
    gone = Payout.objects.filter(purpose=Payout.Purpose.FORWARDING, origin__in=list(payments)).exclude(status=Payout.Status.FAILED)
    return dict(gone.values_list("origin", "trust_bank"))
