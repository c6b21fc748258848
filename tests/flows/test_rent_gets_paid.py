"""The main job, told as a story."""

import pytest

from directpay.events.queries import history_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("rail", ["instant", "same_day_ach", "ach", "wire"])
def test_a_payment_answers_at_once_and_is_settled_in_the_background(rail):
    w = World()
    lease = w.lease()
    payment = w.pay(lease, rail)
    assert payment.status == "initiated"
    settled = w.until(payment, "settled", "failed")
    assert settled.status == "settled"
    assert [e.type for e in history_of(payment.public_id)] == [
        "payment.initiated",
        "payment.processing",
        "payment.completed",
        "payment.settled",
    ]
    assert w.balance("L1500", lease=lease) == 0
    assert w.balance("P2120") == settled.net_minor
    w.check()
