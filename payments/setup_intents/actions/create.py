"""Making a setup intent: the wish alone, nothing is asked of anybody yet."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from directpay.events.actions import record
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.kernel.ids import public_id, random_base62
from directpay.people.actor import Actor
from directpay.people.models import User
from payments.methods.cards.models import Card
from payments.methods.cards.paying import Kept
from payments.methods.parameters.sources import NotTheCustomers
from payments.methods.rendering import type_of
from payments.setup_intents.events import fact
from payments.setup_intents.models import SetupIntent

SECRET_LENGTH = 25
DETAILS = ("description", "metadata", "method_types", "return_url", "usage")


def create_setup(*, customer: User | None, source: Kept | None, details: Mapping[str, Any], actor: Actor, at: datetime) -> SetupIntent:
    """Keep the wish; `details`: some of DETAILS. Without a customer it is the owner of what is set up, if any. Raises InvalidInput."""
    with unit_of_work():
        setup = SetupIntent(
            public_id=public_id("seti"),
            secret=random_base62(SECRET_LENGTH),
            customer=customer,
            created_by=User.objects.get(id=actor.user_id) if actor.user_id is not None else None,
            created_at=at,
            changed_at=at,
            **{name: details[name] for name in DETAILS if name in details},
        )
        if source is not None:
            name_source(setup, source)
        setup.save(force_insert=True)
        record([fact("created", setup, actor=actor.label, at=at, was=None)])
        return setup


def name_source(setup: SetupIntent, source: Kept) -> None:
    """Step: say what is set up, and forget why another was not; it is not saved yet. Raises InvalidInput, NotTheCustomers."""
    if type_of(source) not in setup.method_types:
        said = f"This setup intent sets up {' or '.join(setup.method_types)}, not {type_of(source)}."
        raise InvalidInput(said, param="payment_method", code="payment_method_type_not_allowed")
    if setup.customer is None:
        setup.customer = source.user
    elif source.user is not None and setup.customer != source.user:
        raise NotTheCustomers("This payment method does not belong to the customer of this setup intent.", param="payment_method")
    if source != setup.source:
        setup.agreement = {}  # what was agreed to is the debiting of the one that was named
    setup.card = source if isinstance(source, Card) else None
    setup.bank_account = None if isinstance(source, Card) else source
    forget(setup)


def forget(setup: SetupIntent) -> None:
    """Step: what was of the last try."""
    setup.error_code = setup.decline_code = setup.error_message = setup.action_url = setup.rail_reference = ""
    setup.placed_at = None
