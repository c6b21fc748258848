"""The deposit of a lease and its move-out, as a page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from directpay.people.actor import Actor
from directpay.sagas.models import Saga
from directpay.sagas.queries import may_be_called_off
from leases.contracts.models import Lease
from leases.deposits.models import Deposit, Movement
from leases.deposits.queries import Standing, standings, visible_deposits
from leases.move_out.models import MoveOut
from leases.move_out.queries import Statement, last_move_out, saga_of, statements
from payments.payouts.models import Payout


@dataclass(frozen=True, slots=True)
class Held:
    """One party's deposit. `movements` in words."""

    deposit: Deposit
    now: Standing
    movements: Sequence[tuple[str, Movement]]

    @property
    def in_trust_minor(self) -> int:
        return self.now.held_minor - self.now.in_transit_minor


@dataclass(frozen=True, slots=True)
class Leaving:
    """A move-out: its steps in words, whether each is done, and the statement of each deposit that the visitor may see."""

    move_out: MoveOut
    saga: Saga
    steps: Sequence[tuple[str, str]]
    said: Sequence[Statement]

    @property
    def state(self) -> str:
        words = {"running": _("Under way"), "done": _("Closed"), "compensating": _("Being called off"), "compensated": _("Called off")}
        return words[self.saga.status]

    @property
    def may_begin_anew(self) -> bool:
        return self.saga.status == Saga.Status.COMPENSATED

    @property
    def may_be_called_off(self) -> bool:
        return may_be_called_off(self.saga)

    @property
    def waits_for(self) -> str:
        return _(self.saga.waits_for) if self.saga.waits_for else ""


def deposits_of(lease: Lease, actor: Actor) -> list[Held]:
    found = list(visible_deposits(actor).filter(lease=lease).order_by("id"))
    now = standings(found)
    return [Held(d, now[d.id], [(_word(m), m) for m in d.movements.all()]) for d in found]


def leaving(lease: Lease, actor: Actor) -> Leaving | None:
    found = last_move_out(lease, actor)
    saga = saga_of(found) if found else None
    if found is None or saga is None:
        return None
    titles = {
        "wait_for_deposits": _("What is on its way arrives"),
        "charge_damages": _("Damages are charged"),
        "deduct": _("What is owed is deducted"),
        "withdraw": _("The owner takes what was deducted"),
        "draw": _("The rest comes from the trust account"),
        "refund": _("The rest goes back to the renter"),
        "close": _("Closed"),
    }
    words = {"pending": _("not yet"), "done": _("done"), "compensated": _("taken back")}
    steps = [(titles[step.name], words[step.status]) for step in saga.steps.all()]
    return Leaving(found, saga, steps, statements(found, actor))


def refund_word(said: Statement) -> str:
    """What became of the rest, in a sentence."""
    if not said.back_minor:
        return _("Nothing is left.")
    if not said.refunds:
        return _("It has not been sent yet.")
    last = said.refunds[-1]
    return {
        Payout.Status.PAID: _("It was sent, and your bank has it."),
        Payout.Status.FAILED: _("The bank refused it: another bank account is needed."),
        Payout.Status.RETURNED: _("The bank sent it back: it is owed again, and another bank account is needed."),
    }.get(Payout.Status(last.status), _("It is on its way."))


def _word(movement: Movement) -> str:
    words = {
        "cheque": _("Check, banked into the trust account"),
        "interest": _("Interest"),
        "deduction": _("Deducted"),
        "withdrawal": _("Taken out by the owner, of what was deducted"),
    }
    return words[movement.kind]
