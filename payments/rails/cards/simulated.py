"""The simulated processor of cards: as the simulated bank, a pure function of the order, the seed and the time."""

from datetime import datetime, time, timedelta

from directpay.kernel import bankdays
from directpay.kernel.clock import EASTERN
from directpay.kernel.money import divide_half_even
from payments.rails.base import Answer, BankLine, Cost, NoAnswer, Order
from payments.rails.cards.challenges import PROVEN, REFUSED, challenge_url
from payments.rails.cards.sandbox import SandboxCard, card_of
from payments.rails.simulated import SimulatedRail
from payments.rails.timetable import Seconds, Times, bank_day_of

COST_BPS = 275  # what the processor keeps of what it pays out; half-even
SILENCE = timedelta(seconds=10)
PROVES_WITHIN = timedelta(hours=1)  # whoever has not come back by then does not
REPORTED = time(20, 0)
PAID_AGAIN_AFTER = timedelta(seconds=1)  # a line of its own, after the one that it makes up for
CARD_IS_GONE = "expired_or_canceled_card"


class CardRail(SimulatedRail):
    """A card: authorised at once, day and night; paid out net of the processor's fee two bank days after it is taken."""

    name = "card"
    title = "Card"
    seconds = Seconds(lands=8, clears=(1, 1), ready=8)
    can_be_returned = False  # what its issuer takes back is a dispute
    refuses_at_once = True
    runs_by_calendar = False

    def calendar(self, at: datetime) -> Times:
        day = bankdays.on_or_after(at.astimezone(EASTERN).date())
        lands_at = bankdays.eastern(bankdays.add(day, 2), REPORTED)
        clears_at = at + timedelta(seconds=1)
        return Times(at, lands_at, at, clears_at, lands_at, lambda n: bankdays.eastern(bankdays.add(day, n), REPORTED))

    def look_up(self, order: Order, at: datetime) -> Answer:
        card = card_of(order.token)
        if card.silent and at < order.placed_at + SILENCE / self.speed:
            raise NoAnswer(f"{self.name} did not answer about {order.id}")
        if card.proves and not order.reference.endswith(PROVEN):
            return self._unproven(order, at)
        if card.declines:
            return self._answer(order, "failed", order.placed_at, code=card.declines)
        return self._answer(order, "completed" if order.capture else "authorized", order.placed_at)

    def set_up(self, order: Order, at: datetime) -> Answer:
        """What declines a payment declines this, as at Stripe: the issuer is asked the same question."""
        return self.look_up(order, at)

    def capture(self, order: Order, amount_minor: int, at: datetime) -> Answer:
        return self.look_up(order, at)

    def void(self, order: Order, at: datetime) -> Answer:
        return self._answer(order, "canceled", at)

    def refund(self, order: Order, at: datetime) -> Answer:
        return self.look_up_refund(order, at)

    def look_up_refund(self, order: Order, at: datetime) -> Answer:
        """Given back at once for most; what takes time, or is refused, is known when the processor pays out next."""
        card, known_at = card_of(order.token), self.times(order.placed_at, order.id).lands_at
        if card.silent and at < order.placed_at + SILENCE / self.speed:
            raise NoAnswer(f"{self.name} did not answer about {order.id}")
        if card.refunds in ("later", "refused") and at < known_at:
            return self._answer(order, "processing", order.placed_at, ask_again_at=known_at)
        if card.refunds == "refused":
            return self._answer(order, "failed", known_at, code=CARD_IS_GONE)
        if card.refunds == "lost" and at >= known_at:
            return self._answer(order, "returned", known_at, code=CARD_IS_GONE)
        given_at = known_at if card.refunds == "later" else order.placed_at
        return self._answer(order, "completed", given_at, ask_again_at=known_at if card.refunds == "lost" else None)

    def costs(self, order: Order, until: datetime) -> list[Cost]:
        """Known as soon as the money is taken."""
        fee = fee_of(order.amount_minor)
        if not self._pays(order) or order.placed_at > until or not fee:
            return []
        return [Cost(f"{self.name}-{order.id}-fee", fee, order.placed_at, bank_day_of(order.placed_at))]

    def _unproven(self, order: Order, at: datetime) -> Answer:
        too_late = order.placed_at + PROVES_WITHIN
        if order.reference.endswith(REFUSED) or at >= too_late:
            return self._answer(order, "failed", min(at, too_late), code="authentication_failed")
        asked = self._answer(order, "requires_action", order.placed_at, ask_again_at=too_late)
        return Answer(asked.state, asked.reference, asked.at, asked.effective_on, too_late, action_url=challenge_url(order.id))

    def _pays(self, order: Order) -> bool:
        """Whether it is taken, in the end."""
        card: SandboxCard = card_of(order.token)
        proven = not card.proves or order.reference.endswith(PROVEN)
        return order.capture and proven and not card.declines

    def _answer(self, order: Order, state: str, at: datetime, *, ask_again_at: datetime | None = None, code: str = "") -> Answer:
        return Answer(
            state=state,  # type: ignore[arg-type]
            reference=order.reference or f"{self.name}-{order.id}",
            at=at,
            effective_on=bank_day_of(at),
            ask_again_at=ask_again_at,
            code=code,
            amount_minor=order.amount_minor if state in ("authorized", "completed") else None,
        )

    def _lines(self, order: Order) -> list[BankLine]:
        if order.gives_back:
            return self._lines_of_refund(order)
        if not self._pays(order):
            return []
        lands_at = self.times(order.placed_at, order.id).lands_at
        return [self._line(order, "credit", order.amount_minor - fee_of(order.amount_minor), lands_at)]

    def _lines_of_refund(self, order: Order) -> list[BankLine]:
        """Kept from what is paid out next: its own fee the processor does not give back. What was lost it pays out again."""
        refunds, known_at = card_of(order.token).refunds, self.times(order.placed_at, order.id).lands_at
        if refunds == "refused":
            return []
        kept = self._line(order, "refund", -order.amount_minor, known_at)
        return [kept, self._line(order, "lost", order.amount_minor, known_at + PAID_AGAIN_AFTER)] if refunds == "lost" else [kept]


def fee_of(amount_minor: int) -> int:
    """What the processor keeps."""
    return divide_half_even(amount_minor * COST_BPS, 10_000)
