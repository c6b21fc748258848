"""Late fees on pages: what is agreed, what comes, what was charged and why, what the landlord decides."""

from datetime import date

import pytest

from directpay.people.models import User
from leases.contracts.models import LateFeePolicy
from leases.late_fees.models import LateFee
from tests.leases.late_fees.cast import fees, let
from tests.leases.portal.reading import signed_in, words_of
from tests.world import ADDRESS, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> World:
    return World()


def page(w, lease, what="") -> str:
    return f"/landlord/leases/{lease.public_id}/{what}"


def typed(**changes) -> dict[str, str]:
    usual = {"grace_days": "5", "flat_amount": "50.00", "basis": "overdue", "mode": "automatic", "day": "2026-11-02", "attempt": "at_1"}
    return usual | changes


class TestTheRenter:
    def test_reads_what_comes_before_it_comes_and_why_it_came(self, w):
        w.account(w.bob)
        let(w)
        bob = signed_in(w.bob)
        assert "A late fee of $50.00 is added after Fri 6 Nov. What you send by then counts" in words_of(bob.get("/renter/"))
        w.later(days=6)
        shown = words_of(bob.get("/renter/"))
        assert "Late fee: rent was due Sun 1 Nov" in shown
        assert "is added after" not in shown
        assert "Late fee: rent was due Sun 1 Nov" in words_of(bob.get("/renter/pay/" + LateFee.objects.get().lease.public_id + "/"))

    def test_reads_that_the_landlord_may_add_it(self, w):
        let(w, mode="proposed")
        assert "A late fee of $50.00 may be added after Fri 6 Nov." in words_of(signed_in(w.bob).get("/renter/"))

    def test_of_a_share_reads_the_part_of_it(self, w):
        let(w, (w.bob, {"percent": 60}), (w.person("carol", "renter"), {"percent": 40}))
        assert "A late fee of $30.00 is added after" in words_of(signed_in(w.bob).get("/renter/"))

    def test_reads_nothing_of_it_when_the_money_is_on_its_way(self, w):
        lease = let(w)
        w.pay(lease)
        assert "late fee" not in words_of(signed_in(w.bob).get("/renter/"))

    def test_reads_it_in_spanish(self, w):
        User.objects.filter(id=w.bob.id).update(locale="es")
        let(w)
        bob = signed_in(w.bob)
        assert "Después del vie 6 nov se agrega un recargo por mora de $50.00." in words_of(bob.get("/renter/"))
        w.later(days=6)
        assert "Recargo por mora: la renta vencía el dom 1 nov" in words_of(bob.get("/renter/"))


class TestTheLandlord:
    def test_agrees_and_is_told_what_goes_beyond_the_state(self, w):
        w.home = w.property(w.alice, address={**ADDRESS, "state": "NY"})
        lease, alice = w.lease(), signed_in(w.alice)
        assert "No late fees are agreed on." in words_of(alice.get(page(w, lease)))
        form = words_of(alice.get(page(w, lease, "late-fee/")))
        assert "New York: at most 5% or $50.00, whichever is less, after 5 days of grace." in form
        assert "Not legal advice." in form
        for _ in range(2):
            assert alice.post(page(w, lease, "late-fee/"), typed(grace_days="3", flat_amount="75")).status_code == 302
        policy = LateFeePolicy.objects.get()
        assert (policy.grace_days, policy.flat_minor, policy.from_on) == (3, 7_500, date(2026, 11, 2))
        shown = words_of(alice.get(page(w, lease)))
        assert "$75.00 once, after 3 days of grace." in shown
        assert "The days of grace are fewer than that." in shown
        assert "The fees can come to more than that." in shown

    def test_may_begin_with_what_the_state_allows(self, w):
        w.home = w.property(w.alice, address={**ADDRESS, "state": "NY"})
        lease, alice = w.lease(), signed_in(w.alice)
        begun = alice.get(page(w, lease, "late-fee/?preset=state")).content.decode()
        assert 'name="percent" type="text" value="5"' in begun
        assert 'name="cap_amount" type="text" value="50.00"' in begun

    def test_sees_fees_with_their_reason_and_waives_one(self, w):
        lease, alice = let(w), signed_in(w.alice)
        w.later(days=6)
        shown = words_of(alice.get(page(w, lease)))
        assert "Late fee, rent was due Sun 1 Nov $1,500.00 was overdue, charged Sat 7 Nov Charged Waive $50.00" in shown
        (fee,) = fees(lease)
        address = f"/landlord/late-fees/{fee.public_id}/waive/"
        assert 'value="50.00"' in alice.get(address).content.decode()
        refused = alice.post(address, {"amount": "50.01", "reason": "slow", "attempt": "at_1"})
        assert (refused.status_code, "no more can be waived" in words_of(refused)) == (422, True)
        for _ in range(2):
            assert alice.post(address, {"amount": "20", "reason": "The bank was slow", "attempt": "at_2"}).status_code == 302
        assert "$20.00 waived: The bank was slow Waived in part" in words_of(alice.get(page(w, lease)))
        assert w.balance("L1500", lease=lease) == 153_000

    def test_charges_or_dismisses_a_proposal_by_one_press(self, w):
        one, other, alice = let(w, mode="proposed"), let(w, mode="proposed"), signed_in(w.alice)
        w.later(days=6)
        assert "Proposed Charge it Dismiss $50.00" in words_of(alice.get(page(w, one)))
        ids = [fees(lease)[0].public_id for lease in (one, other)]
        for _ in range(2):
            alice.post(f"/landlord/late-fees/{ids[0]}/approve/")
        alice.post(f"/landlord/late-fees/{ids[1]}/dismiss/")
        assert "This fee is charged already." in words_of(alice.get(page(w, one)))
        assert "Dismissed $50.00" in words_of(alice.get(page(w, other)))
        assert (w.balance("L1500", lease=one), w.balance("L1500", lease=other)) == (155_000, 150_000)

    @pytest.mark.parametrize(
        ("said", "why"),
        [
            ({"grace_days": "61"}, "less than or equal to 60"),
            ({"flat_amount": "1e3"}, "Enter an amount such as 500.00."),
            ({"percent": "5.001"}, "A percent has at most two decimals."),
            ({"percent": "five"}, "This is not a number."),
            ({"percent": "101"}, "This share is too small or too large."),
            ({"cap_amount": "10", "cap_percent": "5"}, "A cap is an amount or a percentage, not both."),
            ({"flat_amount": ""}, "Say what is charged"),
            ({"day": "2026-11-01"}, "choose today or later."),
            ({"day": "2028-11-01"}, "at most a year ahead."),
        ],
    )
    def test_reads_what_is_wrong_beside_its_field(self, w, said, why):
        lease, alice = w.lease(), signed_in(w.alice)
        answer = alice.post(page(w, lease, "late-fee/"), typed(**said))
        assert answer.status_code == 422
        assert why in words_of(answer)
        assert not LateFeePolicy.objects.exists()

    def test_is_alone_with_it(self, w):
        lease = let(w, mode="proposed")
        w.later(days=6)
        fee = fees(lease)[0].public_id
        for person in (w.bob, w.person("dora", "landlord")):
            client = signed_in(person)
            assert client.get(page(w, lease, "late-fee/")).status_code == 404
            assert client.get(f"/landlord/late-fees/{fee}/waive/").status_code == 404
            for verb in ("approve", "dismiss"):
                assert client.post(f"/landlord/late-fees/{fee}/{verb}/").status_code == 404
        assert fees(lease)[0].status == "proposed"
