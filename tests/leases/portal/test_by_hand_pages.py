"""What a landlord records by hand, on its pages: pressed twice it is done once, what is wrong is said beside its field."""

from datetime import date

import pytest

from leases.credits.models import Credit
from leases.receipts.models import Receipt
from leases.rent.models import Charge
from tests.leases.portal.reading import signed_in, words_of
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def page(w, lease, what="") -> str:
    return f"/landlord/leases/{lease.public_id}/{what}"


def test_a_check_is_recorded_banked_and_comes_back(w):
    lease, alice = w.lease(), signed_in(w.alice)
    said = {"amount": "700.00", "how": "check", "day": "2026-11-02", "number": "1042", "note": "", "attempt": "at_1"}
    for _ in range(2):
        assert alice.post(page(w, lease, "receipt/"), said).status_code == 302
    receipt = Receipt.objects.get()
    assert (receipt.amount_minor, receipt.number, w.balance("L1500", lease=lease)) == (70_000, "1042", 80_000)
    shown = words_of(alice.get(page(w, lease)))
    assert "Recorded. It stands in the balance now." in shown
    assert "Check 1042 Mon 2 Nov In hand It is at my bank It came back $700.00" in shown
    alice.post(f"/landlord/receipts/{receipt.public_id}/bank/")
    assert "Check 1042 Mon 2 Nov At your bank It came back $700.00" in words_of(alice.get(page(w, lease)))
    alice.post(f"/landlord/receipts/{receipt.public_id}/bounce/")
    assert "Check 1042 Mon 2 Nov Came back $700.00" in words_of(alice.get(page(w, lease)))
    alice.post(f"/landlord/receipts/{receipt.public_id}/bounce/")
    assert "This receipt has bounced already." in words_of(alice.get(page(w, lease)))
    assert w.balance("L1500", lease=lease) == 150_000
    w.check()


def test_a_page_that_was_gone_back_to_records_what_is_new_on_it_and_nothing_twice(w):
    """The browser shows the page of before, with the same attempt: two checks are two."""
    lease, alice = w.lease(), signed_in(w.alice)
    said = {"amount": "700.00", "how": "check", "day": "2026-11-02", "number": "1042", "note": "", "attempt": "at_1"}
    for number in ("1042", "1043", "1042", "1043"):
        assert alice.post(page(w, lease, "receipt/"), {**said, "number": number}).status_code == 302
    assert sorted(Receipt.objects.values_list("number", flat=True)) == ["1042", "1043"]
    assert w.balance("L1500", lease=lease) == 10_000


def test_a_charge_and_the_credit_for_it(w):
    lease, alice, bob = w.lease(), signed_in(w.alice), signed_in(w.bob)
    w.account(w.bob)
    said = {"amount": "42.00", "category": "utilities", "description": "Water, October", "day": "2026-11-02"}
    alice.post(page(w, lease, "charge/"), said)
    water = Charge.objects.get(scheduled=False)
    assert "Water, October Mon 2 Nov Due $42.00" in words_of(alice.get(page(w, lease)))
    assert "Water, October" in words_of(bob.get(f"/renter/pay/{lease.public_id}/"))
    form = words_of(alice.get(page(w, lease, "credit/")))
    assert "The oldest debt first Rent, November Water, October" in form
    alice.post(page(w, lease, "credit/"), {"amount": "42", "kind": "credit", "charge": water.public_id, "reason": "Read wrongly"})
    assert "Credit Mon 2 Nov, Read wrongly Credit $42.00" in words_of(alice.get(page(w, lease)))
    assert Credit.objects.get().charge_id == water.id
    w.check()


@pytest.mark.parametrize(
    ("what", "said", "why"),
    [
        ("receipt/", {"amount": "0"}, "Enter an amount such as 500.00."),
        ("receipt/", {"amount": "1e3"}, "Enter an amount such as 500.00."),
        ("receipt/", {"day": "2026-11-03"}, "That day has not come yet."),
        ("receipt/", {"day": "yesterday"}, "Enter a valid date."),
        ("receipt/", {"how": "gold"}, "Select a valid choice."),
        ("charge/", {"day": "2030-01-01"}, "A charge falls due within a year of today."),
        ("charge/", {"description": ""}, "This field is required."),
        ("credit/", {"amount": "1500.01", "kind": "write_off"}, "At most $1,500.00 can be written off"),
        ("credit/", {"charge": "chg_elsewhere"}, "Select a valid choice."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(w, what, said, why):
    lease, alice = w.lease(), signed_in(w.alice)
    whole = {
        "amount": "10.00",
        "how": "cash",
        "day": "2026-11-02",
        "category": "other",
        "description": "Paint",
        "kind": "credit",
        "reason": "Tap",
    }
    answer = alice.post(page(w, lease, what), {**whole, **said})
    assert answer.status_code == 422
    assert why in words_of(answer)
    assert 'value="Paint"' in answer.content.decode() or what != "charge/" or "description" in said
    assert not (Receipt.objects.exists())
    assert not (Credit.objects.exists())
    assert not (Charge.objects.filter(scheduled=False).exists())


def test_where_each_owes_a_share_it_is_said_whose(w):
    mia = w.person("mia", "renter")
    w.account(mia)
    lease, alice = w.lease((w.bob, {"weight": 1}), (mia, {"weight": 1})), signed_in(w.alice)
    assert "Whose Bob Mia" in words_of(alice.get(page(w, lease, "receipt/")))
    alice.post(page(w, lease, "receipt/"), {"amount": "750", "how": "cash", "day": "2026-11-01", "party": mia.public_id})
    assert w.balance("L1500", lease=lease, label=mia.public_id) == 0
    assert "All, each the usual share Bob Mia" in words_of(alice.get(page(w, lease, "charge/")))
    whole = {"amount": "10.00", "category": "other", "description": "Key", "day": "2026-11-02"}
    alice.post(page(w, lease, "charge/"), {**whole, "party": ""})
    alice.post(page(w, lease, "charge/"), {**whole, "party": w.bob.public_id})
    assert w.balance("L1500", lease=lease, label=w.bob.public_id) == 75_000 + 500 + 1_000
    assert w.balance("L1500", lease=lease, label=mia.public_id) == 500
    assert "Key" in words_of(signed_in(mia).get(f"/renter/pay/{lease.public_id}/"))


def test_is_the_landlords_alone(w):
    lease, other = w.lease(), w.person("dora", "landlord")
    receipt = "/landlord/receipts/rcp_1/bank/"
    for person in (w.bob, other):
        for address in (page(w, lease, "receipt/"), page(w, lease, "charge/"), page(w, lease, "credit/")):
            assert signed_in(person).get(address).status_code == 404
        assert signed_in(person).post(receipt).status_code == 404
    assert signed_in(w.alice).post(receipt).status_code == 404


def test_a_lease_asks_no_more_for_more_of_them(w, django_assert_max_num_queries):
    lease, alice = w.lease(start=date(2026, 1, 1)), signed_in(w.alice)
    said = {"amount": "1.00", "how": "cash", "day": "2026-11-02", "category": "other", "description": "Key"}
    for what in ("receipt/", "charge/") * 3:
        alice.post(page(w, lease, what), said)
    with django_assert_max_num_queries(36):
        alice.get(page(w, lease))


def test_a_credit_is_given_to_a_roommate(w):
    carol = w.person("carol", "renter")
    lease, alice = w.lease((w.bob, {"weight": 1}), (carol, {"weight": 1})), signed_in(w.alice)
    bobs, carols = lease.parties.order_by("id")
    alice.post(page(w, lease, "credit/"), {"party": bobs.label, "kind": "credit", "amount": "800", "reason": "Painted", "charge": ""})
    said = {"party": bobs.label, "to": carols.label, "amount": "50", "reason": "As agreed", "attempt": "at_1"}
    refused = alice.post(page(w, lease, "give/"), {**said, "amount": "50.01"})
    assert "At most $50.00 has been paid ahead." in words_of(refused)
    for _ in range(2):
        assert alice.post(page(w, lease, "give/"), {**said, "attempt": "at_2"}).status_code == 302
    assert "Given to Carol Mon 2 Nov, As agreed Transfer $50.00" in words_of(alice.get(page(w, lease)))
    assert [w.balance("L1500", lease=lease, label=party.label) for party in (bobs, carols)] == [0, 70_000]


def test_a_charge_of_the_owners_bank_is_recorded_once(w):
    lease, alice = w.lease(), signed_in(w.alice)
    for _ in range(2):
        said = {"amount": "12", "day": "2026-11-02", "description": "Returned item", "attempt": "at_1"}
        assert alice.post(page(w, lease, "bank-charge/"), said).status_code == 302
    assert (w.balance("L6300"), w.balance("L1200")) == (1_200, -1_200)
    refused = alice.post(page(w, lease, "bank-charge/"), {"amount": "12", "day": "2026-11-03", "description": ""})
    assert "That day has not come yet." in words_of(refused)
