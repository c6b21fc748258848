"""Stripe's search language over payment intents."""

import re
from contextlib import suppress
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db.models import Q
from hypothesis import given
from hypothesis import strategies as st

from directpay.api.searching import SearchInvalid, parse
from directpay.ops.clock import set_clock
from payments.intents.api import SearchIntentsView
from payments.intents.models import PaymentIntent
from payments.intents.queries import STATUSES, status_of, where_status
from tests.directpay.cast import error_of
from tests.payments.intents.conftest import payment_of, unproven
from tests.world import NO_FUNDS, START

pytestmark = pytest.mark.django_db


def search(api, query: str, **more: str):
    return api.get(f"/search?{urlencode({'query': query, **more})}")


def found(api, query: str) -> list[str]:
    answer = search(api, query)
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["data"]]


@pytest.fixture
def three(w, api, rent):
    """An early one for L-1, one for L-2, and one for L-1 that is on its way."""
    early = api.created(metadata={"lease": "L-1", "o'clock": 'say "when"'}, amount=1000)["id"]
    set_clock(w.now + timedelta(hours=1), frozen=True)
    other = api.created(metadata={"lease": "L-2"}, amount=2000, currency="eur")["id"]
    sent = api.created(**rent, metadata={"lease": "L-1"}, amount=3000, confirm=True)["id"]
    return early, other, sent


def test_finds_by_metadata_and_status(api, three):
    early, _, sent = three
    answer = search(api, "metadata['lease']:'L-1' AND status:'processing'").json()
    assert [row["id"] for row in answer.pop("data")] == [sent]
    assert answer == {"object": "search_result", "url": "/v1/payment_intents/search", "has_more": False, "next_page": None}
    assert found(api, 'metadata["lease"]:"L-1"') == [sent, early]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("status:'succeeded'", ""),
        ("-status:'processing'", "1 0"),
        ("amount>1000", "2 1"),
        ("amount>=1000 amount<3000", "1 0"),
        ("amount:2000", "1"),
        ("amount:'2000'", "1"),
        ("amount<=2000 AND amount>1", "1 0"),
        ("currency:'EUR'", "1"),
        ("currency:'eur' OR status:'processing'", "2 1"),
        ("metadata['lease']:null", ""),
        ("-metadata['lease']:null AND -metadata['lease']:'L-2'", "2 0"),
        (r"""metadata['o\'clock']:'say "when"'""", "0"),
        ("customer:null", "1 0"),
        ("metadata['lease']:'l-1'", ""),
    ],
)
def test_understands(api, three, query, wanted):
    assert found(api, query) == [three[int(n)] for n in wanted.split()]


def test_finds_by_customer_and_time(w, api, three):
    now = int(w.now.timestamp())
    assert found(api, f"customer:'{w.bob.public_id}'") == [three[2]]
    assert found(api, f"created<{now}") == [three[0]]
    assert found(api, f"created>={now}") == [three[2], three[1]]
    assert found(api, f"created:{now}") == [three[2], three[1]]
    assert found(api, f"created>{now} OR created<={now - 3600}") == [three[0]]


def test_goes_page_by_page(api, three):
    first = search(api, "amount>0", limit="2").json()
    assert (len(first["data"]), first["has_more"]) == (2, True)
    second = search(api, "amount>0", limit="2", page=first["next_page"]).json()
    assert ([row["id"] for row in second["data"]], second["has_more"], second["next_page"]) == ([three[0]], False, None)


def test_shows_what_is_expanded(api, three, w):
    assert search(api, "amount:3000", **{"expand[]": "data.customer"}).json()["data"][0]["customer"]["email"] == w.bob.email


def test_finds_nothing_of_others(w, as_user, three):
    assert found(as_user(w.bob), "amount>0") == [three[2]]
    assert found(as_user(w.person("mallory", "renter")), "amount>0") == []


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("", "may not be blank"),
        ("   ", "may not be blank"),
        ("status", "cannot be read"),
        ("status:'succeeded' AND", "cannot be read"),
        ("status:'succeeded'amount>1", "cannot be read"),
        ("status:'happy'", "status is one of"),
        ("status>'succeeded'", "takes : alone"),
        ("amount~'1'", "is a number"),
        ("amount:'many'", "is a number"),
        ("email:'a@b.c'", "cannot be searched"),
        ("metadata:'x'", "asked with a name"),
        ("status['x']:'y'", "asked with a name"),
        ("metadata['']:'y'", "1 to 40"),
        ("metadata['x']>'y'", "takes : alone"),
        ("amount>1 AND amount>2 OR amount>3", "cannot be mixed"),
        (" ".join(["amount>1"] * 11), "at most 10"),
        ("amount>" + "1" * 2000, "at most|1 to 2000"),
        ("created>999999999999", "Unix seconds"),
        ("created~1", "is a number"),
        ("status:'succeeded", "cannot be read"),
        (" AND amount>1", "cannot be read"),
        ("amount>1 - amount>2", "cannot be read"),
    ],
)
def test_refuses_what_it_does_not_understand(api, query, why):
    error = error_of(search(api, query))
    assert error["param"] == "query"
    assert re.search(why, error["message"])


def test_refuses_a_query_that_is_missing_and_a_page_that_is_none(api, three):
    assert error_of(api.get("/search"))["param"] == "query"
    assert error_of(search(api, "amount>0", page="pi_unknown"))["param"] == "page"
    assert error_of(search(api, "amount>0", limit="1000"))["param"] == "limit"
    assert error_of(search(api, "amount>0", color="red"))["param"] == "color"


def test_says_of_each_row_what_its_status_says(w, api, lease, rent):
    """The condition in the database and the status that is shown are two; this keeps them one."""
    api.created()
    api.created(**rent)
    gone = api.created(**rent)["id"]
    api.post(f"/{gone}/cancel")
    api.created(lease=lease.public_id, payment_method=unproven(w, w.bob).public_id, confirm=True)
    poor = w.account(w.bob, NO_FUNDS).public_id
    failing = api.created(lease=lease.public_id, payment_method=poor, confirm=True, rail="instant", amount=1000)
    paying = api.created(**rent, confirm=True, rail="instant", amount=2000)
    w.until(payment_of(failing), "failed")
    w.until(payment_of(paying), "settled")
    api.created(**rent, confirm=True, amount=3000)
    rows = PaymentIntent.objects.select_related("payment", "bank_account")
    said = {row.public_id: status_of(row) for row in rows}
    assert set(said.values()) == {*STATUSES} - {"requires_capture"}
    for status in STATUSES:
        assert set(rows.filter(where_status(status)).values_list("public_id", flat=True)) == {i for i, s in said.items() if s == status}


@given(st.text(alphabet="amount status:'\"\\<>=-~[]()ANDOR123null", max_size=60))
def test_reads_anything_or_says_why_not(text):
    with suppress(SearchInvalid):
        assert isinstance(parse(text, SearchIntentsView.search_fields, START), Q)
