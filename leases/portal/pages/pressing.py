"""What every form of these pages does: reads money as it is typed, and does a thing once however often its button is pressed."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from directpay.api.idempotency import KeyInUse
from directpay.kernel.errors import DirectPayError
from directpay.kernel.money import minor_of
from leases.portal.actions import pressed_once
from leases.portal.visit import Visit

FIELDS = {  # what an error names → what a form calls it
    "received_on": "day",
    "paid_on": "day",
    "moved_out_on": "day",
    "due_date": "day",
    "end_date": "day",
    "from_date": "day",
    "renter": "party",
    "from_renter": "party",
    "to_renter": "to",
    "charged_on": "day",
    "start_date": "day",
    "rent_amount": "amount",
    "installments": "count",
}


class Page(NamedTuple):
    """A form on a page of its own, what it does and what is said of it."""

    form: Callable[..., Any]
    act: Callable[..., str]
    title: Any
    does: Any
    button: Any
    done: Any  # what is said afterwards


def typed_money(text: str, currency: str) -> int:
    """In minor units, more than nothing; an error beside the field where it is no amount."""
    typed = minor_of(text, currency)
    if not typed:
        raise forms.ValidationError(_("Enter an amount such as 500.00."))
    return typed


def is_done(request: HttpRequest, visit: Visit, form: forms.Form, act: Callable[[], str], said: Any) -> bool:
    """Done now, and `said`, or being done by an earlier press; else what was refused stands beside its field."""
    try:
        pressed_once(request, visit, act)
    except KeyInUse:
        return True
    except DirectPayError as error:
        field = FIELDS.get(error.param or "", error.param)
        form.add_error(field if field in form.fields else None, _(error.message))
        return False
    messages.info(request, str(said))
    return True


def press(request: HttpRequest, act: Callable[[], object], said: Any) -> None:
    """A button without a form: done, and `said`; or what was refused, in the room's words."""
    try:
        act()
    except DirectPayError as error:
        messages.info(request, _(error.message))
    else:
        messages.info(request, str(said))
