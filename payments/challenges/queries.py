"""Who waits for an answer of the issuer's page, and where the person who gives it goes afterwards."""

from dataclasses import dataclass
from typing import Final

from payments.intents.models import PaymentIntent
from payments.methods.cards.models import Card
from payments.methods.parameters.return_url import fault_of, origin_of, sent_back
from payments.payins.models import Payment, Status
from payments.payins.queries import with_related as payments
from payments.setup_intents.models import SetupIntent, State
from payments.setup_intents.queries import with_related as setups

SETUP: Final = "seti_"
SUCCEEDED, FAILED = "succeeded", "failed"


@dataclass(frozen=True, slots=True)
class Asked:
    """`payment` None: a card is kept for later. `told`: what the address behind `return_url` learns besides how it went."""

    public_id: str
    card: Card
    payment: Payment | None
    waits: bool
    return_url: str
    told: dict[str, str]

    @property
    def payer_id(self) -> int | None:
        """Who alone can answer; None where that is nobody known here."""
        return self.payment.payer_id if self.payment else self.card.user_id

    @property
    def origin(self) -> str:
        """Of the address to go back to; empty where there is none that anybody is sent to."""
        return "" if not self.return_url or fault_of(self.return_url) else origin_of(self.return_url)

    def back(self, outcome: str) -> str:
        """That address with the outcome, or nothing. It is the one kept with the intent: the page takes none from its visitor."""
        return sent_back(self.return_url, {**self.told, "redirect_status": outcome})


def asked_by(order: str) -> Asked | None:
    """The payment or setup intent that an order names, if it is about a card."""
    return _setup(order) if order.startswith(SETUP) else _payment(order)


def _setup(order: str) -> Asked | None:
    row: SetupIntent | None = setups().filter(public_id=order).first()
    if row is None or row.card is None or not row.action_url:
        return None
    told = {"setup_intent": row.public_id, "setup_intent_client_secret": row.client_secret}
    return Asked(row.public_id, row.card, None, row.status == State.REQUIRES_ACTION, row.return_url, told)


def _payment(order: str) -> Asked | None:
    row = payments().filter(public_id=order).first()
    if row is None or row.card is None:
        return None
    intent = PaymentIntent.objects.filter(payment=row).first()
    told = {"payment_intent": intent.public_id, "payment_intent_client_secret": intent.client_secret} if intent else {}
    url = intent.return_url if intent else ""
    return Asked(row.public_id, row.card, row, row.status == Status.REQUIRES_ACTION, url, told)
