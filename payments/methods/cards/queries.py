"""Cards and tokens that an actor may see."""

from django.db.models import QuerySet

from directpay.people.actor import Actor
from directpay.people.ways import Way, seen_by
from payments.methods.cards.models import Card, CardToken


def ways_to_cards(actor: Actor) -> list[Way] | None:
    """Staff see all, everybody else their own and what they typed in."""
    return None if actor.may_see_all else [Way("user", actor.user_id), Way("created_by", actor.user_id)]


def visible_cards(actor: Actor) -> QuerySet[Card]:
    return seen_by(Card.objects.select_related("user", "created_by"), ways_to_cards(actor))


def visible_tokens(actor: Actor) -> QuerySet[CardToken]:
    return CardToken.objects.all() if actor.may_see_all else CardToken.objects.filter(created_by_id=actor.user_id)


def customer_at_processor(card: Card, user_id: int | None) -> str:
    """Who is to keep this card at its processor: whoever does, or as whom this person keeps another; empty where there is none yet."""
    if card.processor_customer or user_id is None:
        return card.processor_customer
    theirs = Card.objects.filter(user_id=user_id, processor=card.processor).exclude(processor_customer="").order_by("id")
    return theirs.values_list("processor_customer", flat=True).first() or ""
