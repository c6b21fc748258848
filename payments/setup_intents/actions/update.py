"""Changing a wish: what is set up until it is, what is written on it for ever."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.api.fields import merged_metadata
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import NotAllowed
from directpay.people.actor import Actor
from payments.methods.cards.paying import Kept
from payments.setup_intents.actions.change import SetupUnexpectedState, lock_setup, save
from payments.setup_intents.actions.create import name_source
from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.queries import status_of

CHANGEABLE = (State.OPEN, State.REQUIRES_ACTION)
TERMS = ("customer", "method_types", "return_url")


def update_setup(setup: SetupIntent, changes: Mapping[str, Any], *, source: Kept | None, actor: Actor, at: datetime) -> SetupIntent:
    """`changes`: some of TERMS, `description`, and `metadata` to merge. Raises InvalidInput, NotAllowed, SetupUnexpectedState."""
    with unit_of_work():
        row = lock_setup(setup)
        if not actor.may_see_all and row.created_by_id != actor.user_id:
            raise NotAllowed("Only who made a setup intent changes it; its customer confirms it.")
        was = str(row.status)
        if source is not None or any(name in changes for name in TERMS):
            change_terms(row, changes, source)
        row.description = changes.get("description", row.description)
        row.metadata = merged_metadata(row.metadata, changes.get("metadata"))
        return save(row, "updated", was=was, actor=actor, at=at)


def change_terms(row: SetupIntent, changes: Mapping[str, Any], source: Kept | None) -> None:
    """Step, with the row locked: what will be set up, for whom; it is not saved yet. Raises InvalidInput, SetupUnexpectedState."""
    if row.status not in CHANGEABLE:
        raise SetupUnexpectedState(f"The status of this setup intent is {status_of(row)}: it can be changed no more.", row)
    if "customer" in changes and source is None and row.status == State.REQUIRES_ACTION and changes["customer"] != row.customer:
        raise SetupUnexpectedState("Its owner is proving it: for another customer name the payment method again.", row)
    for name in TERMS:
        if name in changes:
            setattr(row, name, changes[name])
    named = source or row.source
    if named is not None and (source is not None or "customer" in changes or "method_types" in changes):
        failed = (row.error_code, row.decline_code, row.error_message, row.action_url, row.rail_reference, row.placed_at)
        name_source(row, named)
        if source is None:  # the try that was goes on, or has failed as it has
            row.error_code, row.decline_code, row.error_message, row.action_url, row.rail_reference, row.placed_at = failed
    if source is not None and row.status == State.REQUIRES_ACTION:
        row.reopen()
