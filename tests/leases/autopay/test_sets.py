"""A day on which many pay by themselves: as many questions for five as for two, and each of them as if it were alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leases.autopay.actions.notices import tell_ahead
from leases.autopay.actions.run import run_autopays
from leases.autopay.models import AutopayRun
from payments.payins.models import Payment
from tests.leases.autopay.cast import NINE, RENT, Renting

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def many(w: Renting) -> list[str]:
    """Runs of seven renters on leases of their own, two of whom have paid ahead."""
    runs = []
    for n in range(7):
        person = w.person(f"renter-{n}", "renter")
        lease, source = w.lease((person, None)), w.allowed(w.account(person))
        w.pay(lease, "instant", source=source)
        w.later(minutes=10)
        if n in (1, 4):
            w.pay(lease, "instant", source=source)
            w.later(minutes=10)
        runs.append(AutopayRun.objects.get(autopay=w.on(lease, source)).public_id)
    return runs


@pytest.fixture
def w() -> Renting:
    return Renting()


def asked(work, *arguments) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        work(*arguments)
    return len(found)


def test_notices_of_five_cost_as_many_questions_as_those_of_two(w, many):
    at = NINE - timedelta(days=7)
    assert asked(tell_ahead, many[:2], at) == asked(tell_ahead, many[2:], at)
    told = AutopayRun.objects.filter(public_id__in=many).order_by("id").values_list("told_minor", flat=True)
    assert list(told) == [RENT, 0, RENT, RENT, 0, RENT, RENT]


def test_payments_of_five_cost_as_many_questions_as_those_of_two(w, many):
    w.go(NINE - timedelta(minutes=1))
    before = Payment.objects.count()
    assert asked(run_autopays, many[:2], NINE) == asked(run_autopays, many[2:], NINE)
    runs = AutopayRun.objects.filter(public_id__in=many).order_by("id")
    assert [(run.status, run.amount_minor) for run in runs] == [("nothing", None) if n in (1, 4) else ("paying", RENT) for n in range(7)]
    assert Payment.objects.count() == before + 5
    paid = {p.metadata["autopay_run"]: p for p in Payment.objects.order_by("-id")[:5]}
    assert {run: (p.amount_minor, p.claims.get().amount_minor) for run, p in paid.items()} == {
        run.public_id: (RENT, RENT) for run in runs if run.amount_minor
    }
