"""What is written on a refund, who has seen to one that did not arrive, and what a payee's refunds do with our fee."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from directpay.api.fields import merged_metadata
from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.kernel.ids import public_id
from directpay.people.actor import Actor
from directpay.people.models import Payee
from payments.refunds.actions.answer import lock_refunds, note
from payments.refunds.events import policy_fact
from payments.refunds.models import Refund, RefundPolicy
from payments.refunds.queries import may_give_back, with_related


def update_refund(refund: Refund, metadata: Mapping[str, str], *, actor: Actor, at: datetime) -> Refund:
    """Its metadata, merged. By whoever may give back. Raises NotAllowed."""
    if not may_give_back(refund.payment, actor):
        raise NotAllowed("Whoever was paid writes on a refund.")
    with unit_of_work():
        row = lock_refunds([refund.public_id])[0]
        row.metadata = merged_metadata(row.metadata, metadata)
        note(row, "updated", was=str(row.status), actor=actor.label, at=at, columns=["metadata"])
        return with_related().get(id=row.id)


def see_to_refunds(refunds: Sequence[Refund], *, actor: Actor, at: datetime) -> list[Refund]:
    """A person has found another way for what did not arrive, or agreed on none: off the exception list. For staff."""
    if not actor.may_see_all:
        raise NotAllowed("Staff sees to what did not arrive.")
    with unit_of_work():
        rows = lock_refunds([refund.public_id for refund in refunds])
        fresh = [row for row in rows if row.status in Refund.CAME_BACK and row.handled_at is None]
        for row in fresh:
            row.handled_at = at
            note(row, "handled", was=str(row.status), actor=actor.label, at=at, columns=["handled_at"])
        return fresh


def set_refund_policy(payee: Payee, *, gives_fee_back: bool, actor: Actor, at: datetime) -> RefundPolicy:
    """From now on. What was given back already keeps what it was. For staff: it is our fee."""
    if not actor.may_see_all:
        raise NotAllowed("Staff says what becomes of a fee.")
    with unit_of_work():
        Payee.objects.select_for_update(no_key=True).only("id").get(id=payee.id)
        row = RefundPolicy.objects.filter(payee=payee).first() or RefundPolicy(public_id=public_id("rfp"), payee=payee, version=0)
        if row.version and row.gives_fee_back == gives_fee_back:
            return row
        row.gives_fee_back, row.version, row.changed_at = gives_fee_back, row.version + 1, at
        row.save()
        record([policy_fact(row, actor=actor.label, at=at)])
        return row
