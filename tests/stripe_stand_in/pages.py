"""The page of the payer's bank, as plain as a page can be."""

from html import escape

from tests.stripe_stand_in.errors import StripeError
from tests.stripe_stand_in.methods import awaiting
from tests.stripe_stand_in.state import State

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Simulated bank</title>
<h1>Simulated bank: is it you?</h1><p>{said}</p>
<form method="post" action="/3ds/{name}"><button name="result" value="pass">Complete</button>
<button name="result" value="fail">Fail</button></form></html>"""


def authentication_page(state: State, name: str) -> str:
    with state.lock:
        try:
            waiting = awaiting(state, name)
        except StripeError:
            return PAGE.format(said="Nobody waits here.", name="")
    amount = f"{waiting['amount']} {waiting['currency']}" if "amount" in waiting else "A card is to be kept."
    return PAGE.format(said=escape(f"{amount} ({waiting['status']})"), name=escape(name))
