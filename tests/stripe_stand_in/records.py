"""`/v1/charges`, `/v1/refunds`, `/v1/disputes`, `/v1/payouts`, `/v1/balance_transactions`, `/v1/events`."""

from tests.stripe_stand_in import charging
from tests.stripe_stand_in.errors import invalid, missing
from tests.stripe_stand_in.forms import whole
from tests.stripe_stand_in.routing import LIST_PARAMETERS, page, route
from tests.stripe_stand_in.state import State, Thing


@route("GET", "/v1/charges", *LIST_PARAMETERS, "customer", "payment_intent")
def find_charges(state: State, params: Thing) -> Thing:
    def keep(charge: Thing) -> bool:
        return all(params.get(name) in (None, charge[name]) for name in ("customer", "payment_intent"))

    return page(state, "charge", "/v1/charges", params, keep)


@route("GET", "/v1/charges/{id}")
def read_charge(state: State, params: Thing, name: str) -> Thing:
    return state.get("charge", name, "charge")


@route("POST", "/v1/refunds", "charge", "payment_intent", "amount", "reason", "metadata")
def refund(state: State, params: Thing) -> Thing:
    if "charge" in params:
        name = params["charge"]
    elif "payment_intent" in params:
        name = state.get("payment_intent", params["payment_intent"], "payment_intent")["latest_charge"]
    else:
        raise missing("charge")
    if name is None:
        raise invalid("This PaymentIntent does not have a successful charge to refund.", param="payment_intent")
    return charging.refund(state, state.get("charge", name, "charge"), params, whole(params, "amount"))


@route("GET", "/v1/refunds", *LIST_PARAMETERS, "charge", "payment_intent")
def find_refunds(state: State, params: Thing) -> Thing:
    def keep(made: Thing) -> bool:
        return all(params.get(name) in (None, made[name]) for name in ("charge", "payment_intent"))

    return page(state, "refund", "/v1/refunds", params, keep)


@route("GET", "/v1/refunds/{id}")
def read_refund(state: State, params: Thing, name: str) -> Thing:
    return state.get("refund", name)


@route("GET", "/v1/disputes", *LIST_PARAMETERS, "charge", "payment_intent")
def find_disputes(state: State, params: Thing) -> Thing:
    def keep(made: Thing) -> bool:
        return all(params.get(name) in (None, made[name]) for name in ("charge", "payment_intent"))

    return page(state, "dispute", "/v1/disputes", params, keep)


@route("GET", "/v1/disputes/{id}")
def read_dispute(state: State, params: Thing, name: str) -> Thing:
    return state.get("dispute", name, "dispute")


@route("GET", "/v1/payouts", *LIST_PARAMETERS, "status")
def find_payouts(state: State, params: Thing) -> Thing:
    return page(state, "payout", "/v1/payouts", params, lambda payout: params.get("status") in (None, payout["status"]))


@route("GET", "/v1/payouts/{id}")
def read_payout(state: State, params: Thing, name: str) -> Thing:
    return state.get("payout", name, "payout")


@route("GET", "/v1/balance_transactions", *LIST_PARAMETERS, "source", "type", "payout")
def find_lines(state: State, params: Thing) -> Thing:
    if "payout" in params:
        state.get("payout", params["payout"], "payout")

    def keep(line: Thing) -> bool:
        if "payout" in params and state.paid_in.get(line["id"]) != params["payout"]:
            return False
        return all(params.get(name) in (None, line[name]) for name in ("source", "type"))

    return page(state, "balance_transaction", "/v1/balance_transactions", params, keep)


@route("GET", "/v1/balance_transactions/{id}")
def read_line(state: State, params: Thing, name: str) -> Thing:
    return state.get("balance_transaction", name)


@route("GET", "/v1/events", *LIST_PARAMETERS, "type", "types")
def find_events(state: State, params: Thing) -> Thing:
    wanted = params.get("types") or ([params["type"]] if "type" in params else None)
    return page(state, "event", "/v1/events", params, lambda event: wanted is None or event["type"] in wanted)


@route("GET", "/v1/events/{id}")
def read_event(state: State, params: Thing, name: str) -> Thing:
    return state.get("event", name)
