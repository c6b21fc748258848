"""Customers in the story of directpay/api/examples.py: Alice's shop knows Erin, and Frank until he goes."""

from typing import Any, Final

from directpay.api.examples import AUTOPAY, COMMON, DEPOSIT, ERIN, FRANK, LEASE, PAYMENT, Ask
from directpay.kernel.errors import Conflict, InvalidInput, NotAllowed
from directpay.people.actions import ContactFixed, EmailUnavailable
from directpay.people.actions.change_user import UserDeleted
from payments.customers.queries import CustomerHasPayments
from payments.customers.rendering import NOTHING
from payments.methods.cards.actions import CardDetached
from payments.methods.parameters.sources import NotTheCustomers

SETTINGS: Final[dict[str, Any]] = {"custom_fields": None, "default_payment_method": None, "footer": None, "rendering_options": None}
SHOWN: Final[dict[str, Any]] = {
    "id": ERIN,
    "object": "customer",
    **NOTHING,
    "balance": 0,
    "delinquent": False,
    "description": "Has rented before",
    "email": "erin.east@example.com",
    "invoice_settings": SETTINGS,
    "name": "Erin East",
    "phone": None,
    "preferred_locales": ["en"],
    "tax_exempt": "none",
    **COMMON,
}
ERINS: Final = {"email": "erin.east@example.com", "name": "Erin East", "description": "Has rented before"}
FRANKS: Final = {"email": "frank.fox@example.com", "name": "Frank Fox"}
ASKS: Final = {"erin": Ask(ERINS), "frank": Ask(FRANKS, answer={**FRANKS, "id": FRANK, "description": None})}
UPDATES: Final = {"erin": Ask({"phone": "+1 614 555 0142"}, ERIN, {"phone": "+1 614 555 0142"})}
METHODS: Final[dict[str, Any]] = {"object": "list", "url": f"/v1/customers/{ERIN}/payment_methods", "has_more": False, "data": []}

NO_SUCH: Final = InvalidInput(
    "No such payment method: 'pm_nothing'.", param="invoice_settings[default_payment_method]", code="resource_missing"
)
NOT_THEIRS: Final = NotTheCustomers(
    "This payment method is not attached to this customer.", param="invoice_settings[default_payment_method]"
)
NOT_MADE: Final = (
    EmailUnavailable("A user with this email address cannot be created.", param="email"),
    NotAllowed("This key may not create a renter."),
    InvalidInput("No such payment method: 'pm_nothing'.", param="payment_method", code="resource_missing"),
    CardDetached("This payment method was detached, and cannot be used again: make a new one.", payment_method="pm_gone"),
    NO_SUCH,
    NOT_THEIRS,
)
NOT_CHANGED: Final = (
    EmailUnavailable("A user with this email address cannot be created.", param="email"),
    ContactFixed("Only the platform changes the address of somebody who may have signed in with it.", param="email"),
    NotAllowed("What a customer pays with is theirs to choose."),
    UserDeleted("This person was deleted."),
    NO_SUCH,
    NOT_THEIRS,
)
KEPT: Final = (
    NotAllowed("Only who made a customer, or the platform, deletes it."),
    NotAllowed("This customer has to do with others too: only the platform deletes it."),
    Conflict("This customer is on a lease that has not ended.", code="customer_has_leases", lease=LEASE),
    Conflict("What this customer owes on a lease is not even.", code="customer_has_balance", lease=LEASE),
    Conflict("This customer's autopay is on: turn it off first.", code="customer_has_autopay", autopay=AUTOPAY),
    Conflict("A deposit of this customer's is held: give it back first.", code="customer_has_deposit", deposit=DEPOSIT),
    CustomerHasPayments("A payment of this customer's is on its way: wait for it, or cancel it.", payment=PAYMENT),
)
