"""What Bob has typed in: cards that no stranger may see."""

from payments.customers.actions import Choice, update_customer
from payments.methods.cards.actions import create_card, create_token
from payments.methods.cards.models import Card, CardToken
from payments.setup_intents.actions.create import create_setup
from payments.setup_intents.models import SetupIntent
from tests.world import World

NUMBER = "5200828282828210"


def setup_of(w: World, card: Card) -> SetupIntent:
    """He keeps it for later, and pays with it by default."""
    wish = create_setup(customer=w.bob, source=card, details={}, actor=w.actor(w.bob), at=w.now)
    update_customer(w.bob, {}, default=Choice(card), actor=w.actor(w.bob), at=w.now)
    return wish


def cards_of(w: World) -> tuple[CardToken, Card]:
    """A token that is not used yet, and a card that he pays with."""
    bob, typed = w.actor(w.bob), {"number": NUMBER, "exp_month": 11, "exp_year": 2029}
    fresh, spent = (create_token(typed, actor=bob, at=w.now) for _ in range(2))
    return fresh, create_card(spent.public_id, user=w.bob, actor=bob, at=w.now)
