"""What the processor said of a card, and the owner of a bank account, becomes state, and the way to pay the customer's."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from directpay.due.actions import done, schedule
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import DirectPayError
from directpay.people.actor import SYSTEM, Actor
from payments.methods.cards.actions import attach_card, keep_as_proven
from payments.methods.cards.models import Card
from payments.methods.cards.queries import keeper_of_others
from payments.methods.mandates.actions import Agreement, keep_mandate
from payments.methods.mandates.queries import MandateMissing, live_mandate
from payments.methods.models import BankAccount
from payments.methods.orders import order_to_keep
from payments.rails.base import Answer, Order
from payments.rails.codes import explain
from payments.rails.registry import BY_CARD, rail_of_card, set_up
from payments.rails.timetable import patience
from payments.setup_intents.actions.change import SETUP_QUEUE, lock_setups, save
from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.queries import with_related

WAITING: Final = (State.PROCESSING, State.REQUIRES_ACTION)
# Stripe's codes for a bank account whose two deposits did not prove it.
UNPROVEN: Final = {
    BankAccount.Status.VERIFICATION_FAILED: "payment_method_microdeposit_verification_attempts_exceeded",
    BankAccount.Status.ERRORED: "payment_method_microdeposit_failed",
}
NOT_VERIFIED: Final = "This bank account could not be verified."
UNUSABLE: Final = "setup_intent_payment_method_unusable"


@dataclass(frozen=True, slots=True)
class Heard:
    """Of one try: the answer, or None for silence."""

    placed_at: datetime | None
    answer: Answer | None


def work_on_setups(public_ids: Sequence[str], at: datetime) -> None:
    """The due queue's work: the processor is asked outside of any transaction."""
    rows = with_related().filter(public_id__in=list(public_ids), status__in=WAITING, card__isnull=False)
    record_setups(public_ids, {row.public_id: Heard(row.placed_at, _asked(row, at)) for row in rows}, at=at)


def record_setups(public_ids: Sequence[str], heard: Mapping[str, Heard], *, at: datetime) -> None:
    """Action: go on with these, as far as can be. Late or repeated answers change nothing, nor does that to an earlier try."""
    with unit_of_work():
        again: dict[str, datetime] = {}
        for row in lock_setups(public_ids):
            when = _go_on(row, heard.get(row.public_id), at) if row.status in WAITING else None
            if when is not None:
                again[row.public_id] = when
        done(SETUP_QUEUE, [public_id for public_id in public_ids if public_id not in again])
        schedule(SETUP_QUEUE, list(again.items()))


def finish_bank_account(row: SetupIntent, *, was: str, actor: Actor, at: datetime) -> SetupIntent:
    """Step: it is proven, so that it may be debited: by a new mandate, or by the one that stands. Raises MandateMissing."""
    account = row.bank_account
    if account is None:
        raise ValueError(f"{row.public_id} sets up no bank account")
    if row.agreement:
        row.mandate = keep_mandate(account, _agreement(row.agreement), actor=actor, at=at)
        row.agreement = {}  # the mandate keeps it
    else:
        row.mandate = live_mandate(account, param="mandate_data")
    row.succeed()
    return save(row, "succeeded", was=was, actor=actor, at=at)


def _asked(row: SetupIntent, at: datetime) -> Answer | None:
    return set_up(rail_of_card(BY_CARD[0], row.card.processor), _order(row, row.card), at=at) if row.card else None


def _order(row: SetupIntent, card: Card) -> Order:
    return order_to_keep(
        card,
        id=row.public_id,
        placed_at=row.placed_at or row.created_at,
        reference=row.rail_reference,
        owner=row.customer.public_id if row.customer else "",
        keeps_others=keeper_of_others(card, row.customer_id),
    )


def _go_on(row: SetupIntent, heard: Heard | None, at: datetime) -> datetime | None:
    """Step: one that waits. When to look again, if ever."""
    if row.bank_account is not None:
        _look_at_bank_account(row, row.bank_account, at)
        return None
    if heard is None or heard.placed_at != row.placed_at:  # another try has begun meanwhile, and is asked about
        return at
    answer = heard.answer
    if answer is not None and answer.state == "processing":
        _keep_reference(row, answer)
    if answer is None or answer.state in ("unknown", "waiting", "processing"):
        return (answer.ask_again_at if answer else None) or at + _patience(row, at)
    if answer.state == "requires_action":
        return _ask_owner(row, answer, at)
    if answer.state == "failed":
        reason = explain(answer.code)
        _fail(row, reason.failure_code, reason.sentence, at, decline=answer.code.partition("/")[2])
    else:
        _keep_card(row, answer, at)
    return None


def _keep_reference(row: SetupIntent, answer: Answer) -> None:
    """By which it is asked about from now on. Nothing that anybody is told of has changed."""
    if answer.reference and answer.reference != row.rail_reference:
        row.rail_reference = answer.reference
        row.save(update_fields=["rail_reference"])


def _look_at_bank_account(row: SetupIntent, account: BankAccount, at: datetime) -> None:
    """Nothing to look for again: whatever becomes of it is told."""
    if account.detached_at is not None:
        _fail(row, UNUSABLE, "This bank account was detached.", at)
    elif account.status == BankAccount.Status.VERIFIED:
        try:
            finish_bank_account(row, was=str(row.status), actor=SYSTEM, at=at)
        except MandateMissing as missing:
            _fail(row, missing.code, missing.message, at)
    elif account.status != BankAccount.Status.NEW:
        _fail(row, UNPROVEN[BankAccount.Status(account.status)], NOT_VERIFIED, at)


def _ask_owner(row: SetupIntent, answer: Answer, at: datetime) -> datetime:
    """People take their time: the processor is asked again when that has been too long."""
    if row.status == State.PROCESSING:
        was = str(row.status)
        row.rail_reference, row.action_url = answer.reference, answer.action_url
        row.require_action()
        save(row, "requires_action", was=was, actor=SYSTEM, at=at)
    return answer.ask_again_at if answer.ask_again_at and answer.ask_again_at > at else at + _patience(row, at)


def _keep_card(row: SetupIntent, answer: Answer, at: datetime) -> None:
    """It is proven, and from now on the customer's; or meanwhile somebody else's, or nobody's any more."""
    if row.card is None:
        raise ValueError(f"{row.public_id} sets up no card")
    try:
        if row.customer is not None:
            row.card = attach_card(row.card, row.customer, actor=SYSTEM, at=at)
        row.card = keep_as_proven(row.card, kept=answer.kept, customer=answer.customer, actor=SYSTEM, at=at)
    except DirectPayError as refused:
        _fail(row, UNUSABLE, refused.message, at)
        return
    was = str(row.status)
    row.succeed()
    save(row, "succeeded", was=was, actor=SYSTEM, at=at)


def _fail(row: SetupIntent, code: str, said: str, at: datetime, *, decline: str = "") -> None:
    """Back to where another payment method may be named; the one that failed stays to be told of."""
    was = str(row.status)
    row.error_code, row.decline_code, row.error_message = code[:80], decline[:40], said[:200]
    row.agreement = {}
    row.reopen()
    save(row, "setup_failed", was=was, actor=SYSTEM, at=at)


def _patience(row: SetupIntent, at: datetime) -> timedelta:
    return patience(row.placed_at or row.created_at, at)


def _agreement(kept: Mapping[str, Any]) -> Agreement:
    return Agreement(**{**kept, "accepted_at": datetime.fromtimestamp(kept["accepted_at"], UTC)})
