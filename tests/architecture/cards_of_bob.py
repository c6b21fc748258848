"""What Bob has typed in: cards that no stranger may see."""

from payments.methods.cards.actions import create_card, create_token
from payments.methods.cards.models import Card, CardToken
from tests.world import World

NUMBER = "5200828282828210"


def cards_of(w: World) -> tuple[CardToken, Card]:
    """A token that is not used yet, and a card that he pays with."""
    bob, typed = w.actor(w.bob), {"number": NUMBER, "exp_month": 11, "exp_year": 2029}
    fresh, spent = (create_token(typed, actor=bob, at=w.now) for _ in range(2))
    return fresh, create_card(spent.public_id, user=w.bob, actor=bob, at=w.now)
