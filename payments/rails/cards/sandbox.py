"""Cards of the sandbox and what they make the simulated processor do (listed in docs/sandbox.md).

Stripe's published names and numbers mean here what they mean there; ours, which answer late, have names alone. Numbers are in parts:
hypothesis tries whole constants of our modules wherever a text may stand, and a log must never show these.
"""

from dataclasses import dataclass, replace
from typing import Literal

SET_UP = ":set_up"  # behind the name of a card whose owner has proven it: it asks no more


@dataclass(frozen=True, slots=True)
class SandboxCard:
    """`declines` with a code of the processor's, or pays; perhaps only after its owner has proven it."""

    name: str
    number: str = ""
    brand: str = "visa"
    funding: Literal["credit", "debit", "prepaid"] = "credit"
    declines: str = ""
    proves: Literal["", "once", "always"] = ""  # 3-D Secure
    cvc_fails: bool = False
    silent: bool = False  # the processor does not answer at first
    refunds: Literal["", "later", "lost", "refused"] = ""  # given back at once; days later; at once, and it comes back; not at all

    @property
    def last4(self) -> str:
        return self.number[-4:] or "0000"

    @property
    def cvc_length(self) -> int:
        return 4 if self.brand == "amex" else 3


def _visa(end: str) -> str:
    return "4" + end.rjust(15, "0")


CARDS = (
    SandboxCard("pm_card_visa", "4242" * 4),
    SandboxCard("pm_card_visa_debit", "4000" + "0566" + "5566" + "5556", funding="debit"),
    SandboxCard("pm_card_mastercard", "5555" * 3 + "4444", "mastercard"),
    SandboxCard("pm_card_mastercard_debit", "5200" + "8282" * 2 + "8210", "mastercard", "debit"),
    SandboxCard("pm_card_mastercard_prepaid", "5105" + "1051" + "0510" + "5100", "mastercard", "prepaid"),
    SandboxCard("pm_card_amex", "3782" + "822463" + "10005", "amex"),
    SandboxCard("pm_card_discover", "6011" + "1" * 8 + "1117", "discover"),
    SandboxCard("pm_card_visa_chargeDeclined", _visa("2"), declines="card_declined/generic_decline"),
    SandboxCard("pm_card_visa_chargeDeclinedInsufficientFunds", _visa("9995"), declines="card_declined/insufficient_funds"),
    SandboxCard("pm_card_visa_chargeDeclinedLostCard", _visa("9987"), declines="card_declined/lost_card"),
    SandboxCard("pm_card_visa_chargeDeclinedStolenCard", _visa("9979"), declines="card_declined/stolen_card"),
    SandboxCard("pm_card_chargeDeclinedExpiredCard", _visa("69"), declines="expired_card"),
    SandboxCard("pm_card_chargeDeclinedIncorrectCvc", _visa("127"), declines="incorrect_cvc", cvc_fails=True),
    SandboxCard("pm_card_chargeDeclinedProcessingError", _visa("119"), declines="processing_error"),
    SandboxCard("pm_card_cvcCheckFail", _visa("101"), cvc_fails=True),
    SandboxCard("pm_card_createDispute", _visa("259")),
    SandboxCard("pm_card_bypassPending", _visa("77")),
    SandboxCard("pm_card_pendingRefund", _visa("7726"), refunds="later"),
    SandboxCard("pm_card_refundFail", _visa("5126"), refunds="lost"),
    SandboxCard("pm_card_refundRefused", refunds="refused"),
    SandboxCard("pm_card_authenticationRequiredOnSetup", "4000" + "0025" + "0000" + "3155", proves="once"),
    SandboxCard("pm_card_authenticationRequired", "4000" + "0027" + "6000" + "3184", proves="always"),
    SandboxCard("pm_card_noAnswerThenPaid", silent=True),
    SandboxCard("pm_card_noAnswerThenDeclined", silent=True, declines="card_declined/generic_decline"),
)
ALIASES = {"pm_card_chargeDeclined": "pm_card_visa_chargeDeclined"}
BY_NAME = {card.name: card for card in CARDS} | {
    alias: replace(card, name=alias) for alias, name in ALIASES.items() for card in CARDS if card.name == name
}
BY_NUMBER = {card.number: card for card in CARDS if card.number}


def card_of(token: str) -> SandboxCard:
    """What the processor knows under this name; one that it does not know is a card that it declines."""
    name = token.removesuffix(SET_UP)
    found = BY_NAME.get(name) or SandboxCard(name, declines="card_declined/generic_decline")
    return replace(found, proves="") if token != name and found.proves == "once" else found


def as_set_up(token: str) -> str:
    """The name of this card from when its owner has proven it on: another only where that is asked for once."""
    known = BY_NAME.get(token)
    return f"{token}{SET_UP}" if known is not None and known.proves == "once" else token
