"""`/v1/payment_methods`, `/v1/customers` and `/v1/setup_intents`."""

from typing import Any

from tests.stripe_stand_in import more_shapes, shapes
from tests.stripe_stand_in.errors import StripeError, invalid, missing, no_such
from tests.stripe_stand_in.forms import flag, merged, whole
from tests.stripe_stand_in.numbers import BANK_NAMES, CARD_NAMES, CARDS, MESSAGES, Card, right_number
from tests.stripe_stand_in.routing import LIST_PARAMETERS, page, route
from tests.stripe_stand_in.state import State, Thing

METHODS, CUSTOMERS, SETUPS = "/v1/payment_methods", "/v1/customers", "/v1/setup_intents"
ROUTING = "110000000"
CONFIRMING = ("payment_method", "payment_method_data", "payment_method_options", "mandate_data", "return_url")


def given_method(state: State, name: str, param: str) -> Thing:
    """The payment method of this id; one of Stripe's test names stands for a new one each time."""
    if name in CARD_NAMES:
        number = CARD_NAMES[name]
        return _card(state, {"number": number, "exp_month": "12", "exp_year": str(2 + state.clock().year), "cvc": ""}, {})
    if name in BANK_NAMES:
        given = {"account_number": BANK_NAMES[name], "routing_number": ROUTING, "account_holder_type": "individual"}
        return _bank(state, given, {"billing_details": {"name": "Jenny Rosen"}}, "")
    return state.get("payment_method", name, param)


def made_method(state: State, params: Thing, *, within: str = "") -> Thing:
    """Raises StripeError where a number cannot be right, or something is missing."""
    kind = params.get("type")
    if kind == "card":
        return _card(state, params.get("card") or {}, params)
    if kind == "us_bank_account":
        return _bank(state, params.get("us_bank_account") or {}, params, within)
    raise invalid(f"Invalid type: {kind}", param=_inside(within, "type")) if kind else missing(_inside(within, "type"))


def _card(state: State, card: Thing, params: Thing) -> Thing:
    number = card.get("number", "").replace(" ", "")
    month, year, cvc = whole(card, "exp_month") or 0, whole(card, "exp_year") or 0, card.get("cvc", "")
    if not right_number(number):
        raise StripeError(402, "card_error", MESSAGES["incorrect_number"], code="incorrect_number", param="number", saved=True)
    now = state.clock()
    if not 1 <= month <= 12:
        raise StripeError(402, "card_error", "Your card's expiration month is invalid.", code="invalid_expiry_month", param="exp_month")
    if (year, month) < (now.year, now.month):
        raise StripeError(402, "card_error", "Your card's expiration year is invalid.", code="invalid_expiry_year", param="exp_year")
    details = shapes.card_details(number, month, year, cvc)
    made = shapes.payment_method(state, "card", details, params.get("billing_details"), merged({}, params.get("metadata")))
    state.numbers[made["id"]] = (number, cvc)
    return state.add(made)


def _bank(state: State, bank: Thing, params: Thing, within: str) -> Thing:
    for name in ("account_number", "routing_number", "account_holder_type"):
        if not bank.get(name):
            raise missing(_inside(within, f"us_bank_account[{name}]"))
    billing = params.get("billing_details") or {}
    if not billing.get("name"):
        raise missing(_inside(within, "billing_details[name]"))
    number = bank["account_number"]
    details = shapes.bank_details(number, bank["routing_number"], bank["account_holder_type"], bank.get("account_type", "checking"))
    made = shapes.payment_method(state, "us_bank_account", details, billing, merged({}, params.get("metadata")))
    state.numbers[made["id"]] = (number, "")
    return state.add(made)


def _inside(within: str, name: str) -> str:
    first, _, rest = name.partition("[")
    return f"{within}[{first}]{'[' + rest if rest else ''}" if within else name


@route("POST", METHODS, "type", "card", "us_bank_account", "billing_details", "metadata", "allow_redisplay")
def create_method(state: State, params: Thing) -> Thing:
    return made_method(state, params)


@route("GET", f"{METHODS}/{{id}}")
def read_method(state: State, params: Thing, name: str) -> Thing:
    return state.get("payment_method", name, "payment_method")


@route("POST", f"{METHODS}/{{id}}/attach", "customer")
def attach(state: State, params: Thing, name: str) -> Thing:
    if "customer" not in params:
        raise missing("customer")
    customer = state.get("customer", params["customer"], "customer")
    method = given_method(state, name, "payment_method")
    if method["type"] == "card":
        card = CARDS.get(state.numbers[method["id"]][0], Card())
        if card.code and card.code != "card_declined":  # those that fail when they are kept, not only when they pay
            raise StripeError(402, "card_error", MESSAGES[card.code], code=card.code, decline_code=card.decline_code, saved=True)
    method["customer"] = customer["id"]
    state.tell("payment_method.attached", method)
    return method


@route("POST", f"{METHODS}/{{id}}/detach")
def detach(state: State, params: Thing, name: str) -> Thing:
    method = state.get("payment_method", name, "payment_method")
    if method["customer"] is None:
        raise invalid("The payment method you provided is not attached to a customer so detachment is impossible.", param="payment_method")
    method["customer"] = None
    state.tell("payment_method.detached", method)
    return method


@route("GET", METHODS, *LIST_PARAMETERS, "customer", "type")
def find_methods(state: State, params: Thing) -> Thing:
    def keep(method: Thing) -> bool:
        return method["customer"] == params.get("customer") and params.get("type") in (None, method["type"])

    return page(state, "payment_method", METHODS, params, keep)


PERSON = ("name", "email", "phone", "description", "address", "metadata")


@route("POST", CUSTOMERS, *PERSON)
def create_customer(state: State, params: Thing) -> Thing:
    made = state.add(more_shapes.customer(state, params))
    state.tell("customer.created", made)
    return made


@route("GET", f"{CUSTOMERS}/{{id}}")
def read_customer(state: State, params: Thing, name: str) -> Thing:
    return gone(name) if name in state.deleted else state.get("customer", name)


@route("POST", f"{CUSTOMERS}/{{id}}", *PERSON)
def update_customer(state: State, params: Thing, name: str) -> Thing:
    customer = state.get("customer", name)
    customer |= {key: params[key] or None for key in PERSON if key in params and key != "metadata"}
    customer["metadata"] = merged(customer["metadata"], params.get("metadata"))
    state.tell("customer.updated", customer)
    return customer


@route("DELETE", f"{CUSTOMERS}/{{id}}")
def delete_customer(state: State, params: Thing, name: str) -> Thing:
    state.tell("customer.deleted", state.tables["customer"].pop(state.get("customer", name)["id"]))
    state.deleted.add(name)
    return gone(name)


def gone(name: str) -> Thing:
    """What is left of a customer, as Stripe still shows it to who asks by its id."""
    return {"id": name, "object": "customer", "deleted": True}


@route("GET", CUSTOMERS, *LIST_PARAMETERS, "email")
def find_customers(state: State, params: Thing) -> Thing:
    return page(state, "customer", CUSTOMERS, params, lambda one: params.get("email") in (None, one["email"]))


@route("POST", SETUPS, *CONFIRMING, "confirm", "customer", "description", "metadata", "payment_method_types", "usage")
def create_setup(state: State, params: Thing) -> Thing:
    setup = more_shapes.setup_intent(state)
    setup |= {name: params[name] for name in ("customer", "description", "usage", "payment_method_types") if name in params}
    setup["metadata"] = merged({}, params.get("metadata"))
    if setup["customer"]:
        state.get("customer", setup["customer"], "customer")
    state.add(setup)
    state.tell("setup_intent.created", setup)
    return _confirm(state, setup, params) if flag(params, "confirm") else _with_method(state, setup, params)


@route("GET", f"{SETUPS}/{{id}}", "client_secret")
def read_setup(state: State, params: Thing, name: str) -> Thing:
    return state.get("setup_intent", name, "intent")


@route("GET", SETUPS, *LIST_PARAMETERS, "customer", "payment_method")
def find_setups(state: State, params: Thing) -> Thing:
    return page(state, "setup_intent", SETUPS, params, lambda one: params.get("customer") in (None, one["customer"]))


@route("POST", f"{SETUPS}/{{id}}/confirm", *CONFIRMING)
def confirm_setup(state: State, params: Thing, name: str) -> Thing:
    return _confirm(state, state.get("setup_intent", name, "intent"), params)


@route("POST", f"{SETUPS}/{{id}}/cancel", "cancellation_reason")
def cancel_setup(state: State, params: Thing, name: str) -> Thing:
    setup = state.get("setup_intent", name, "intent")
    if setup["status"] in ("succeeded", "canceled"):
        raise invalid("This SetupIntent cannot be canceled.", code="setup_intent_unexpected_state", setup_intent=dict(setup))
    setup |= {"status": "canceled", "cancellation_reason": params.get("cancellation_reason")}
    state.tell("setup_intent.canceled", setup)
    return setup


def _with_method(state: State, setup: Thing, params: Thing) -> Thing:
    if "payment_method" in params:
        method = given_method(state, params["payment_method"], "payment_method")
        check_owner(method, setup, "SetupIntent")
        setup["payment_method"] = method["id"]
    elif "payment_method_data" in params:
        setup["payment_method"] = made_method(state, params["payment_method_data"], within="payment_method_data")["id"]
    if setup["payment_method"] and setup["status"] == "requires_payment_method":
        setup["status"] = "requires_confirmation"
    return setup


def _confirm(state: State, setup: Thing, params: Thing) -> Thing:
    _with_method(state, setup, params)
    if setup["payment_method"] is None:
        raise missing("payment_method")
    method = state.get("payment_method", setup["payment_method"])
    card = CARDS.get(state.numbers[method["id"]][0], Card()) if method["type"] == "card" else Card()
    if card.code:
        error: dict[str, Any] = {"code": card.code, "decline_code": card.decline_code}
        message = MESSAGES.get(card.decline_code) or MESSAGES[card.code]
        setup |= {"status": "requires_payment_method", "payment_method": None}
        setup["last_setup_error"] = {"type": "card_error", "message": message, **error, "payment_method": dict(method)}
        state.tell("setup_intent.setup_failed", setup)
        raise StripeError(402, "card_error", message, saved=True, **error, setup_intent=dict(setup))
    if card.authenticates:
        url = f"{state.url}/3ds/{setup['id']}"
        setup["status"] = "requires_action"
        setup["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": params.get("return_url"), "url": url}}
        state.tell("setup_intent.requires_action", setup)
        return setup
    return finish_setup(state, setup)


def check_owner(method: Thing, intent: Thing, kind: str) -> None:
    """What a customer keeps is used in that customer's name alone."""
    if method["customer"] and method["customer"] != intent["customer"]:
        said = f"The PaymentMethod {method['id']} belongs to the Customer {method['customer']}."
        raise invalid(f"{said} Please include the Customer in the `customer` parameter on the {kind}.", param="payment_method")


def finish_setup(state: State, setup: Thing) -> Thing:
    setup |= {"status": "succeeded", "next_action": None}
    state.proven.add(setup["payment_method"])
    if setup["customer"]:
        state.get("payment_method", setup["payment_method"])["customer"] = setup["customer"]
    state.tell("setup_intent.succeeded", setup)
    return setup


def fail_setup(state: State, setup: Thing) -> Thing:
    """Its payer did not pass at the bank's page."""
    message = "The provided PaymentMethod has failed authentication."
    error = {"type": "invalid_request_error", "code": "setup_intent_authentication_failure", "message": message}
    setup |= {"status": "requires_payment_method", "payment_method": None, "next_action": None, "last_setup_error": error}
    state.tell("setup_intent.setup_failed", setup)
    return setup


def awaiting(state: State, name: str) -> Thing:
    """The intent of either kind that waits for its payer. Raises StripeError."""
    for kind in ("payment_intent", "setup_intent"):
        if name in state.tables[kind]:
            return state.tables[kind][name]
    raise no_such("payment_intent", name, "intent")
