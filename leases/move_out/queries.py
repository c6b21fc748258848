"""Where move-outs stand, what they came to, and which of them somebody has to look into."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery

from directpay.people.actor import Actor
from directpay.people.ways import seen_by
from directpay.sagas.models import Saga, Step
from directpay.sagas.queries import with_steps
from leases.contracts.models import Lease
from leases.contracts.queries import ways_by_lease
from leases.deposits.models import Deposit, Movement
from leases.deposits.queries import visible_deposits
from leases.move_out.models import DEDUCT, KIND, Damage, Destination, MoveOut
from payments.payouts.models import Payout


@dataclass(frozen=True, slots=True)
class Statement:
    """The itemised statement of one deposit: received and interest, less the deductions, is what goes back. Minor units."""

    deposit: Deposit
    received_minor: int
    interest_minor: int
    deductions: Sequence[Movement]
    refunds: Sequence[Payout]

    @property
    def deducted_minor(self) -> int:
        return sum(m.amount_minor for m in self.deductions)

    @property
    def back_minor(self) -> int:
        return self.received_minor + self.interest_minor - self.deducted_minor


def shown() -> QuerySet[MoveOut]:
    damages = Prefetch("damages", Damage.objects.select_related("charge", "party").order_by("id"))
    return MoveOut.objects.select_related("lease").prefetch_related(damages)


def visible_move_outs(actor: Actor) -> QuerySet[MoveOut]:
    """Staff see all, landlords those of their leases, renters those of the leases that they stand on."""
    return seen_by(shown(), ways_by_lease(actor))


def last_move_out(lease: Lease, actor: Actor) -> MoveOut | None:
    """Its last one: running, closed, or called off and not followed by another."""
    return visible_move_outs(actor).filter(lease=lease, replaced_at=None).first()


def saga_of(move_out: MoveOut) -> Saga | None:
    return sagas_of([move_out]).get(move_out.id)


def sagas_of(move_outs: Sequence[MoveOut]) -> dict[int, Saga]:
    """Move-out id → its saga with its steps."""
    by_about = {saga.about: saga for saga in with_steps().filter(kind=KIND, about__in=[m.public_id for m in move_outs])}
    return {m.id: by_about[m.public_id] for m in move_outs if m.public_id in by_about}


def awaits_deduction(lease_id: int) -> bool:
    """Whether a move-out is on its way to take what the lease owes from its deposits. Ask it with the lease locked."""
    running = Saga.objects.filter(kind=KIND, status=Saga.Status.RUNNING, steps__name=DEDUCT, steps__status=Step.Status.PENDING)
    return running.filter(about__in=MoveOut.objects.filter(lease_id=lease_id).values("public_id")).exists()


def statements(move_out: MoveOut, actor: Actor) -> list[Statement]:
    """Of the deposits that the actor may see: a roommate's is none of its business."""
    return statements_of([move_out], actor)[move_out.id]


def statements_of(move_outs: Sequence[MoveOut], actor: Actor) -> dict[int, list[Statement]]:
    """The same by move-out id, in a fixed number of queries."""
    deposits = list(visible_deposits(actor).filter(lease_id__in=[m.lease_id for m in move_outs]).order_by("id"))
    orders = list(Payout.objects.filter(origin__in=[d.public_id for d in deposits], purpose=Payout.Purpose.REFUND).order_by("id"))
    said = [(d.lease_id, _statement(d, [o for o in orders if o.origin == d.public_id])) for d in deposits]
    return {m.id: [one for lease_id, one in said if lease_id == m.lease_id] for m in move_outs}


def _statement(deposit: Deposit, refunds: Sequence[Payout]) -> Statement:
    movements = list(deposit.movements.all())
    deductions = [m for m in movements if m.kind == Movement.Kind.DEDUCTION]
    paid_back = sum(o.amount_minor for o in refunds if o.status == Payout.Status.PAID)
    interest = sum(m.amount_minor for m in movements if m.kind == Movement.Kind.INTEREST)
    deducted = sum(m.amount_minor for m in deductions)
    received = deposit.held.shown_minor + deposit.interest.shown_minor + paid_back + deducted - interest
    return Statement(deposit, received, interest, deductions, refunds)


def refunds_to_look_into() -> QuerySet[Destination]:
    """The exception list: the last refund of these was refused or came back (K13), and the deposit is owed again."""
    last = Payout.objects.filter(origin=OuterRef("deposit__public_id"), purpose=Payout.Purpose.REFUND).order_by("-id")
    rows = Destination.objects.annotate(last_status=Subquery(last.values("status")[:1]))
    found = rows.filter(last_status__in=Payout.CAME_BACK)
    return found.select_related("move_out__lease", "deposit__held", "deposit__interest", "bank_account").order_by("move_out__deadline_on")


def overdue(on: date) -> QuerySet[MoveOut]:
    """Those whose deadline has passed without their being closed or called off."""
    called_off = Saga.objects.filter(kind=KIND, status=Saga.Status.COMPENSATED, about=OuterRef("public_id"))
    return MoveOut.objects.filter(~Exists(called_off), closed_at=None, deadline_on__lt=on).order_by("deadline_on")
