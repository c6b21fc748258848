"""Beginning a move-out, calling it off, and naming where the rest of a deposit goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from directpay.events.actions import NewEvent, record
from directpay.events.unit import require_transaction, unit_of_work
from directpay.kernel.errors import Conflict, InvalidInput
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.sagas.actions import begin_saga, cancel_saga, wake
from directpay.sagas.models import Saga
from directpay.sagas.queries import saga_about
from leases.contracts.actions import lock_lease, lock_lease_rows
from leases.contracts.models import Lease, Party
from leases.contracts.queries import concerned
from leases.deposits.models import Deposit
from leases.deposits.queries import drawn_minor, owes_what_was_given_back, with_lease
from leases.move_out.deadlines import deadline
from leases.move_out.models import KIND, Damage, Destination, MoveOut
from leases.rent.queries import local_today
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified
from payments.payouts.actions.answer import lock_payouts
from payments.payouts.actions.create import NewPayout, create_payout
from payments.payouts.models import Payout

DAMAGES_LIMIT = 50


class MoveOutBegun(Conflict):
    """This lease has one already; `move_out` names it."""

    code = "move_out_begun"


@dataclass(frozen=True, slots=True)
class NewDamage:
    """`party` None: all parties, each its share."""

    description: str
    amount_minor: int
    party: Party | None = None


def begin_move_out(lease: Lease, moved_out_on: date, damages: Sequence[NewDamage], *, actor: Actor, at: datetime) -> MoveOut:
    """Charge the damages, deduct them and the unpaid rent from the deposit, and give back the rest: by itself, step by step.

    Raises InvalidInput, MoveOutBegun.
    """
    if len(damages) > DAMAGES_LIMIT:
        raise InvalidInput(f"At most {DAMAGES_LIMIT} damages are listed.", param="damages")
    with unit_of_work():
        lease = lock_lease(lease)
        _replace_called_off(lease, at)
        if not lease.start_on <= moved_out_on <= local_today(lease, at):
            raise InvalidInput("The day of moving out lies between the first day of the lease and today.", param="moved_out_on")
        deposits = list(with_lease().filter(lease=lease).order_by("id"))
        until, rule = deadline(lease.unit.property.state, moved_out_on)
        made = MoveOut.objects.create(
            public_id=public_id("mov"), lease=lease, moved_out_on=moved_out_on, deadline_on=until, rule=str(rule), created_at=at
        )
        Damage.objects.bulk_create(
            Damage(move_out=made, party=d.party, description=d.description, amount_minor=d.amount_minor) for d in damages
        )
        known = {row.deposit_id for row in Destination.objects.filter(deposit__in=deposits)}
        Destination.objects.filter(deposit__in=deposits).update(move_out=made)  # of one that was called off: what was named stays named
        Destination.objects.bulk_create(_destination(made, deposit, at) for deposit in deposits if deposit.id not in known)
        begin_saga(KIND, made.public_id, account_ids=concerned(lease), actor=actor, at=at)
        record([_begun(made, damages, actor, at)])
        return made


def _replace_called_off(lease: Lease, at: datetime) -> None:
    """Step: a lease has one move-out, but for those whose damages are credited again. Raises MoveOutBegun."""
    begun = MoveOut.objects.filter(lease=lease, replaced_at=None).first()
    if begun is None:
        return
    saga = saga_about(KIND, begun.public_id)
    if saga is None or saga.status != Saga.Status.COMPENSATED:
        raise MoveOutBegun("The move-out of this lease has begun already.", move_out=begun.public_id)
    begun.replaced_at = at
    begun.save(update_fields=["replaced_at"])


def call_off(move_out: MoveOut, *, actor: Actor, at: datetime) -> Saga:
    """Before anything was deducted: the damages are credited again. Raises SagaBeyondReturn."""
    with unit_of_work():
        saga = saga_about(KIND, move_out.public_id)
        if saga is None:
            raise RuntimeError("a move-out has its saga from the beginning")
        return cancel_saga(saga, actor=actor, at=at)


def name_destination(deposit: Deposit, account: BankAccount, *, actor: Actor, at: datetime) -> Destination:
    """The rest of the deposit goes to this account of a renter of the party; one that came back is sent again at once.

    Raises InvalidInput, BankAccountNotVerified.
    """
    with unit_of_work():
        lock_lease_rows([deposit.lease_id])
        row = Destination.objects.select_for_update(of=("self",)).select_related("move_out").filter(deposit=deposit).first()
        if row is None:
            raise InvalidInput("Nobody is moving out of this lease.", param="lease", code="move_out_not_begun")
        if not deposit.party.renters.filter(user_id=account.user_id).exists():
            raise InvalidInput("This account belongs to nobody who left this deposit.", param="bank_account")
        if account.status != BankAccount.Status.VERIFIED or account.purpose != "own":
            raise BankAccountNotVerified("This bank account is not verified: name its two small deposits first.", param="bank_account")
        row.bank_account, row.named_at = account, at
        row.save(update_fields=["bank_account", "named_at"])
        wake([row.move_out.public_id], at)
        if row.move_out.closed_at:
            lock_orders(deposit.lease_id)
            if not owes_what_was_given_back(with_lease().get(id=deposit.id)):
                give_back(row, actor=actor, at=at)
        return row


def lock_orders(lease_id: int) -> None:
    """Step: what was drawn and sent of its deposits, before any account: what the bank says of it has been heard, or waits."""
    orders = Payout.objects.filter(origin__in=Deposit.objects.filter(lease_id=lease_id).values("public_id"))
    lock_payouts(list(orders.values_list("public_id", flat=True)))


def give_back(row: Destination, *, actor: Actor, at: datetime) -> Payout | None:
    """Step: order the refund of what is held and here (K12), unless one is under way. None: nothing is here, or nobody says where to."""
    require_transaction()
    deposit = with_lease().get(id=row.deposit_id)
    held, interest = deposit.held.shown_minor, deposit.interest.shown_minor
    back = min(held + interest, drawn_minor(deposit))
    orders = Payout.objects.filter(origin=deposit.public_id, purpose=Payout.Purpose.REFUND)
    under_way = orders.filter(status__in=Payout.UNDER_WAY).first()
    if under_way or back <= 0 or row.bank_account is None or deposit.comes_back_since:
        return under_way
    wish = NewPayout(
        purpose=Payout.Purpose.REFUND,
        payee=deposit.lease.unit.property.payee,
        bank_account=row.bank_account,
        amount_minor=back,
        interest_minor=min(interest, back),
        currency=deposit.account.currency,
        origin=deposit.public_id,
        trust_bank=deposit.trust_bank.public_id,
        party=deposit.subject,
    )
    return create_payout(wish, actor=actor, at=at)


def _destination(made: MoveOut, deposit: Deposit, at: datetime) -> Destination:
    """The newest verified account of those who left it, until somebody names another."""
    users = deposit.party.renters.values("user_id")
    known = BankAccount.objects.filter(
        user_id__in=users, status=BankAccount.Status.VERIFIED, purpose="own", currency=deposit.account.currency
    )
    account = known.order_by("-id").first()
    return Destination(move_out=made, deposit=deposit, bank_account=account, named_at=at if account else None)


def _begun(made: MoveOut, damages: Sequence[NewDamage], actor: Actor, at: datetime) -> NewEvent:
    data = {
        "id": made.public_id,
        "lease": made.lease.public_id,
        "moved_out_on": made.moved_out_on.isoformat(),
        "deadline_on": made.deadline_on.isoformat(),
        "damages": [damage.amount_minor for damage in damages],
        "currency": made.lease.currency,
    }
    return NewEvent("move_out.begun", made.public_id, 1, actor.label, at, data, concerned(made.lease))
