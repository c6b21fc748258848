"""The page on which a payer approves, as plain as a page can be: what to pay with, and two buttons."""

from html import escape

from tests.paypal_stand_in.orders import FUNDINGS
from tests.paypal_stand_in.state import Thing

PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>PayPal's stand-in</title>
<h1>PayPal's stand-in: no real money</h1><p>{said}</p>{form}</html>"""
FORM = """<form method="post" action="/checkoutnow?token={name}"><p>{fundings}</p>
<button name="result" value="approve">Agree and pay</button> <button name="result" value="cancel">Cancel</button></form>"""
CHOICE = '<label><input type="radio" name="funding" value="{name}"{checked}> {name}</label> '


def approval_page(order: Thing | None) -> str:
    if order is None:
        return PAGE.format(said="Nobody waits here.", form="")
    amount = order["purchase_units"][0]["amount"]
    said = f"{amount['value']} {amount['currency_code']} ({order['status']})"
    if order["status"] not in ("CREATED", "PAYER_ACTION_REQUIRED"):
        return PAGE.format(said=escape(said), form="")
    choices = "".join(CHOICE.format(name=name, checked=" checked" if name == "balance" else "") for name in FUNDINGS)
    return PAGE.format(said=escape(said), form=FORM.format(name=escape(order["id"]), fundings=choices))
