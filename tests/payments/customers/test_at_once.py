"""A customer is let go of while something is given to it: real connections, real locks."""

from functools import partial

import pytest

from directpay.people.actor import SYSTEM
from directpay.people.models import User
from payments.customers.actions import delete_customer
from payments.methods.cards.actions import create_card
from payments.methods.cards.models import Card
from tests.at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_attached_to_who_has_gone(w):
    """Whoever comes first: a card given before is detached, one given after is refused."""
    for erin in [w.person(f"erin{n}", "renter") for n in range(5)]:
        gives = [partial(create_card, "pm_card_visa", user=erin, actor=SYSTEM, at=w.now)] * 3
        at_once(*gives, partial(delete_customer, erin, actor=SYSTEM, at=w.now), *gives)
        assert User.objects.get(id=erin.id).deleted_at == w.now
        assert not Card.objects.filter(user=erin, detached_at=None).exists()


def test_goes_once_however_often_it_is_asked(w):
    gone = at_once(*[lambda: delete_customer(w.bob, actor=SYSTEM, at=w.now)] * 4)
    assert {type(answer) for answer in gone} == {User}
    assert User.objects.get(id=w.bob.id).version == 2
