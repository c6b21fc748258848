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


def keeper_of_others(card: Card, user_id: int | None) -> str:
    """As whom this person keeps other cards at the processor of this one: the newest that is not detached; empty where there is none."""
    if card.processor_customer or user_id is None:
        return ""
    theirs = Card.objects.filter(user_id=user_id, processor=card.processor, detached_at=None).exclude(processor_customer="")
    return theirs.order_by("-id").values_list("processor_customer", flat=True).first() or ""
