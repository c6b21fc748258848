"""Who keeps cards at Stripe: one customer for each person, and another when that one is gone."""

import pytest

from directpay.due.models import Due
from directpay.people.actor import SYSTEM
from payments.methods.cards.actions import detach_card
from payments.methods.cards.models import Card
from payments.methods.cards.queries import keeper_of_others
from payments.rails.base import NeedsAPerson, NoAnswer
from tests.payments.rails.stripe.conftest import paid_with
from tests.payments.rails.stripe.test_setups import CREATE, CUSTOMER, SECOND


def test_by_the_one_who_keeps_others_already(rail, asked, stand_in, at):
    keeper = rail.set_up(asked(), at).customer
    answer = rail.set_up(asked("pm_card_mastercard", id="seti_other", keeps_others=keeper), at)
    assert (answer.customer, len(stand_in.all("customer"))) == (keeper, 1)


def test_by_a_new_one_where_the_one_who_keeps_others_is_gone(rail, asked, stand_in, official, at):
    gone = rail.set_up(asked(owner="usr_bob"), at).customer
    official.v1.customers.delete(gone)
    answer = rail.set_up(asked("pm_card_mastercard", id="seti_other", owner="usr_bob", keeps_others=gone), at)
    (living,) = stand_in.all("customer")
    assert (answer.state, answer.customer, living["metadata"]) == ("completed", living["id"], {"user": "usr_bob"})
    assert answer.customer != gone


def test_by_a_new_one_where_the_one_whom_a_key_remembers_is_gone(rail, asked, official, at):
    """Nobody keeps anything here any more, and Stripe says again whom it made first."""
    gone = [rail.set_up(asked(owner="usr_bob"), at).customer]
    for number in range(2):
        official.v1.customers.delete(gone[-1])
        gone.append(rail.set_up(asked(id=f"seti_{number}", owner="usr_bob"), at).customer)
    assert len(set(gone)) == 3
    official.v1.customers.delete(gone[-1])
    with pytest.raises(NeedsAPerson, match=gone[-1]):
        rail.set_up(asked(id="seti_last", owner="usr_bob"), at)
    anew = rail.set_up(asked(id="seti_last", owner="usr_bob", keeps_others=gone[-1]), at)
    assert anew.state == "completed", "that one was the first to be gone whom we know of"


def test_whose_own_keeper_is_gone_is_gone_too(rail, asked, official, at):
    kept = rail.set_up(asked(), at)
    official.v1.customers.delete(kept.customer)
    answer = rail.set_up(asked(kept.kept, id="seti_again", customer=kept.customer), at)
    assert (answer.state, answer.code) == ("failed", "payment_method_missing")


def test_an_error_500_about_its_keeper_stops_nobody(rail, asked, stand_in, at):
    """Stripe keeps it under its key, which is the owner's."""
    stand_in.faults.add("500_after", CUSTOMER)
    with pytest.raises(NoAnswer):
        rail.set_up(asked(owner="usr_bob"), at)
    answer = rail.set_up(asked(owner="usr_bob"), at + SECOND)
    assert (answer.state, answer.customer) == ("completed", stand_in.all("customer")[0]["id"])
    other = rail.set_up(asked(id="seti_other", owner="usr_bob"), at + SECOND)
    assert other.customer == answer.customer


def test_who_appears_while_nobody_answers_makes_no_second_one(rail, asked, stand_in, official, at):
    """The keeper is read anew at each asking: whoever it is then, what was made is found by what it bears."""
    stand_in.faults.add("timeout_after", CREATE)
    with pytest.raises(NoAnswer):
        rail.set_up(asked(owner="usr_bob"), at)
    (first,) = stand_in.all("setup_intent")
    for other in (official.v1.customers.create({}).id, first["customer"]):
        answer = rail.set_up(asked(owner="usr_bob", keeps_others=other), at + SECOND)
        assert (answer.reference, answer.customer) == (first["id"], first["customer"])
    assert len(stand_in.all("setup_intent")) == 1


def test_all_of_one_person_are_kept_by_one(rail, asked, stand_in, at):
    """Whichever is asked about first; somebody else's by another."""
    whose = {"seti_one": "usr_bob", "seti_two": "usr_bob", "seti_other": "usr_mia"}
    one, two, other = (rail.set_up(asked(id=name, owner=owner), at).customer for name, owner in whose.items())
    assert (one == two, one == other, len(stand_in.all("customer"))) == (True, False, 2)


def test_what_a_customer_kept_who_is_gone_pays_no_more(rail, asked, order, official, at):
    kept = rail.set_up(asked(), at)
    official.v1.customers.delete(kept.customer)
    answer = rail.submit(order(kept.kept, customer=kept.customer), at)
    assert (answer.state, answer.code) == ("failed", "payment_method_missing")


class TestThroughTheRoom:
    def test_a_second_card_is_kept_by_the_same_customer(self, w, api, bob, stand_in):
        for name in ("pm_card_visa", "pm_card_mastercard"):
            api.created(**bob, payment_method=name, confirm=True)
            w.work()
        assert len(stand_in.all("customer")) == 1
        api.created(customer=w.person("mia", "renter").public_id, payment_method="pm_card_visa", confirm=True)
        w.work()
        assert len(stand_in.all("customer")) == 2, "and somebody else's by another"

    def test_two_that_are_confirmed_at_once_are_kept_by_one_though_stripe_is_silent(self, w, api, bob, stand_in):
        stand_in.faults.add("timeout_after", CREATE, passes=1)
        made = [api.created(**bob, payment_method=name, confirm=True)["id"] for name in ("pm_card_visa", "pm_card_mastercard")]
        w.work()
        assert sorted(api.read(name)["status"] for name in made) == ["processing", "succeeded"]
        w.later(seconds=2)
        assert [api.read(name)["status"] for name in made] == ["succeeded", "succeeded"]
        (keeper,) = stand_in.all("customer")
        assert {setup["metadata"]["setup"] for setup in stand_in.all("setup_intent")} == set(made)
        assert len(stand_in.all("setup_intent")) == 2
        assert [card.processor_customer for card in Card.objects.all()] == [keeper["id"]] * 2

    def test_one_whose_keeper_is_gone_pays_no_more_and_another_may_be_kept(self, w, api, bob, stand_in, official):
        card = api.created(**bob, payment_method="pm_card_visa", confirm=True)["payment_method"]
        w.work()
        gone = Card.objects.get().processor_customer
        official.v1.customers.delete(gone)
        paid = paid_with(w, api, card)
        assert (paid.status, paid.failure_code) == ("failed", "payment_method_unusable")
        assert not Due.objects.exclude(last_error="").exists(), "nobody is called"
        made = api.created(**bob, payment_method="pm_card_mastercard", confirm=True)
        w.work()
        kept = Card.objects.latest("id")
        assert (api.read(made["id"])["status"], kept.processor_customer) == ("succeeded", stand_in.all("customer")[0]["id"])
        assert kept.processor_customer != gone
        assert paid_with(w, api, kept.public_id, "key-2").status == "completed"
        w.check()

    def test_what_was_removed_keeps_no_others(self, w, api, bob):
        for name in ("pm_card_visa", "pm_card_mastercard"):
            api.created(**bob, payment_method=name, confirm=True)
            w.work()
        first, second = Card.objects.order_by("id")
        Card.objects.filter(id=first.id).update(processor_customer="cus_first")
        Card.objects.filter(id=second.id).update(processor_customer="cus_second")
        other = Card(processor="stripe")
        assert keeper_of_others(other, w.bob.id) == "cus_second", "the newest"
        detach_card(second, actor=SYSTEM, at=w.now)
        assert keeper_of_others(other, w.bob.id) == "cus_first"
        detach_card(first, actor=SYSTEM, at=w.now)
        assert keeper_of_others(other, w.bob.id) == ""
