from datetime import timedelta

import pytest
from django.db import IntegrityError

from directpay.due.run import run_all
from directpay.events.queries import history_of
from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from ledger.journal.actions import (
    BelowFloor,
    HoldExpired,
    HoldResolved,
    Leg,
    ReferenceReused,
    close_account,
    credit,
    debit,
    place_hold,
    post_many,
    resolve_hold,
    take_up_to,
)
from ledger.journal.actions.accounts import AccountNotEmpty
from ledger.journal.actions.holds import HoldAmount
from ledger.journal.models import Account, Hold
from ledger.journal.queries import available
from tests.at_once import at_once
from tests.ledger.books import AT, account, balance, entries, post, posting

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(hours=1)


def hold(account: Account, leg: Leg, reference: str = "hold:1", **how) -> Hold:
    with unit_of_work():
        return place_hold(account, leg, reference=reference, at=AT, **how)


def resolve(row: Hold, state: str, **how) -> Hold:
    with unit_of_work():
        return resolve_hold(row, state, at=LATER, **how)


def left(account: Account) -> int:
    return available(Account.objects.get(id=account.id))


@pytest.fixture
def funded(b):
    """The bank holds 100."""
    post(posting("t:0", debit(b.bank, 100), credit(b.clearing, 100, "pay_1")))
    return b


class TestPlaceHold:
    def test_lowers_what_is_available_and_not_the_balance(self, funded):
        row = hold(funded.bank, credit(funded.bank, 30), expires_at=LATER)
        assert (left(funded.bank), balance(funded.bank)) == (70, 100)
        assert (row.state, row.amount_minor, row.expires_at, row.resolved_at) == ("pending", -30, LATER, None)

    def test_adds_up_with_others(self, funded):
        hold(funded.bank, credit(funded.bank, 30), "hold:1")
        hold(funded.bank, credit(funded.bank, 70), "hold:2")
        assert left(funded.bank) == 0

    def test_that_would_raise_the_account_never_counts(self, funded):
        hold(funded.bank, debit(funded.bank, 1000))
        assert left(funded.bank) == 100

    def test_that_would_raise_is_not_bounded(self, funded):
        """Entry 1 of the seed: an authorisation on pending, which has nothing yet."""
        row = hold(funded.pending, credit(funded.pending, 10_000))
        assert (row.state, left(funded.pending)) == ("pending", 0)

    def test_lowers_an_account_of_the_credit_side_by_a_debit(self, b):
        post(
            posting("t:0", debit(b.clearing, 50, "pay_1"), credit(b.available, 50), debit(b.at_directpay, 50), credit(b.bob, 50)),
        )
        hold(b.available, debit(b.available, 20))
        assert left(b.available) == 30

    def test_refuses_more_than_is_available(self, funded):
        hold(funded.bank, credit(funded.bank, 60), "hold:1")
        with pytest.raises(BelowFloor) as refusal:
            hold(funded.bank, credit(funded.bank, 41), "hold:2")
        assert refusal.value.details == {"reference": "hold:2", "account": "P1110/main.usd"}
        hold(funded.bank, credit(funded.bank, 40), "hold:2")

    def test_asks_nothing_of_an_account_without_a_floor(self, b):
        assert hold(b.revenue, debit(b.revenue, 10**6)).state == "pending"

    def test_answers_with_what_stands_when_it_comes_again(self, funded):
        first = hold(funded.bank, credit(funded.bank, 60))
        assert hold(funded.bank, credit(funded.bank, 60)).id == first.id
        assert left(funded.bank) == 40

    def test_refuses_its_reference_with_other_content(self, funded):
        hold(funded.bank, credit(funded.bank, 60))
        with pytest.raises(ReferenceReused):
            hold(funded.bank, credit(funded.bank, 61))
        with pytest.raises(ReferenceReused):
            hold(funded.revenue, debit(funded.revenue, 60))

    @pytest.mark.django_db(transaction=True)
    def test_needs_somebodys_transaction(self, funded):
        with pytest.raises(RuntimeError, match="open transaction"):
            place_hold(funded.bank, credit(funded.bank, 1), reference="hold:1", at=AT)


class TestResolveHold:
    @pytest.fixture
    def row(self, funded) -> Hold:
        return hold(funded.bank, credit(funded.bank, 15))

    @pytest.mark.parametrize(("state", "posted"), [("posted", 15), ("posted", 13), ("posted", 1), ("released", 0), ("expired", 0)])
    def test_ends_it_and_gives_the_rest_back(self, funded, row, state, posted):
        ended = resolve(row, state, posted_minor=posted)
        assert (ended.state, ended.posted_minor, ended.resolved_at) == (state, posted, LATER)
        assert left(funded.bank) == 100, "what was posted is the posting's own entry"

    @pytest.mark.parametrize("first", ["posted", "released", "expired"])
    @pytest.mark.parametrize("then", ["posted", "released", "expired"])
    def test_ends_it_once(self, row, first, then):
        resolve(row, first, posted_minor=5 if first == "posted" else 0)
        with pytest.raises(HoldResolved, match=f"is {first} already") as refused:
            resolve(row, then, posted_minor=5 if then == "posted" else 0)
        assert refused.value.code == f"hold_{first}"

    @pytest.mark.parametrize(
        ("state", "posted"),
        [("posted", 16), ("posted", 0), ("posted", -1), ("released", 1), ("expired", 15)],
        ids=["beyond its amount", "posted as nothing", "negative", "released and posted", "expired and posted"],
    )
    def test_refuses_what_does_not_add_up(self, row, state, posted):
        with pytest.raises(HoldAmount, match="up to its amount"):
            resolve(row, state, posted_minor=posted)
        assert Hold.objects.get().state == "pending"

    def test_refuses_a_state_that_is_none(self, row):
        with pytest.raises(IntegrityError, match="hold_state"):
            resolve(row, "lost")


class TestExpiry:
    def test_comes_by_itself(self, funded):
        kept, short = (
            hold(funded.bank, credit(funded.bank, 15), "hold:1"),
            hold(funded.bank, credit(funded.bank, 20), "hold:2", expires_at=LATER),
        )
        set_clock(LATER - timedelta(seconds=1), frozen=True)
        run_all()
        assert left(funded.bank) == 65
        set_clock(LATER, frozen=True)
        run_all()
        kept.refresh_from_db()
        short.refresh_from_db()
        assert (left(funded.bank), kept.state, short.state, short.resolved_at) == (85, "pending", "expired", LATER)
        assert [e.type for e in history_of(short.public_id)] == ["hold.placed", "hold.expired"]

    def test_is_not_outrun_by_a_capture(self, funded):
        """Whether or not anybody has looked: after its time a hold is worth nothing."""
        row = hold(funded.bank, credit(funded.bank, 15), expires_at=LATER)
        with pytest.raises(HoldExpired):
            resolve(row, "posted", posted_minor=15)
        assert resolve(row, "released").state == "released"

    def test_leaves_what_was_resolved_in_time(self, funded):
        row = hold(funded.bank, credit(funded.bank, 15), expires_at=LATER + timedelta(hours=1))
        resolve(row, "posted", posted_minor=10)
        set_clock(LATER + timedelta(hours=2), frozen=True)
        run_all()
        row.refresh_from_db()
        assert row.state == "posted"


class TestWhatIsHeld:
    """Of what a payee has available; an account that records what a bank did is not stopped by a promise."""

    @pytest.fixture
    def owed(self, b):
        legs = [debit(b.clearing, 100, "pay_1"), credit(b.available, 100), debit(b.at_directpay, 100), credit(b.bob, 100)]
        post(posting("t:0", *legs))
        return b

    @staticmethod
    def taken(b, reference: str, amount: int, kind: str = "payout.created"):
        legs = [credit(b.clearing, amount, "pay_1"), debit(b.available, amount), credit(b.at_directpay, amount), debit(b.bob, amount)]
        return posting(reference, *legs, kind=kind)

    def test_is_not_there_to_be_taken(self, owed):
        hold(owed.available, debit(owed.available, 70))
        with pytest.raises(BelowFloor, match="with 70 held"):
            post(self.taken(owed, "t:1", 31))
        post(self.taken(owed, "t:1", 30))
        assert (balance(owed.available), left(owed.available)) == (70, 0)

    def test_is_taken_by_its_own_capture(self, owed):
        row = hold(owed.available, debit(owed.available, 100))
        with unit_of_work():
            resolve_hold(row, "posted", at=LATER, posted_minor=60)
            post_many([self.taken(owed, "t:1", 60)], at=LATER)
        assert (balance(owed.available), left(owed.available)) == (40, 40)

    def test_does_not_stop_a_bank_line(self, funded):
        hold(funded.bank, credit(funded.bank, 70))
        post(posting("t:1", credit(funded.bank, 50), debit(funded.clearing, 50, "pay_1")))
        assert (balance(funded.bank), left(funded.bank)) == (50, -20)

    def test_does_not_stop_what_the_bank_takes_back(self, owed):
        """A return is a fact: it takes available below zero, and what is held on it waits."""
        hold(owed.available, debit(owed.available, 20))
        with pytest.raises(BelowFloor):
            post(self.taken(owed, "t:1", 100))
        post(self.taken(owed, "t:1", 100, "payment.returned"))
        assert (balance(owed.available), left(owed.available)) == (0, -20)


class TestTakeUpTo:
    def test_stops_at_what_is_available(self, b):
        """TigerBeetle's balancing transfer (L08): asks for 3, 13 and 1 of 10 with 1 held."""
        post(posting("t:0", debit(b.bank, 10), credit(b.clearing, 10, "pay_1")))
        hold(b.bank, credit(b.bank, 1))

        def take(amount: int) -> int:
            with unit_of_work():
                return take_up_to(
                    b.bank, amount, lambda n: posting(f"t:{amount}", credit(b.bank, n), debit(b.clearing, n, "pay_1")), at=LATER
                )

        assert [take(3), take(13), take(1)] == [3, 6, 0]
        assert (balance(b.bank), left(b.bank), len(entries(b.bank))) == (1, 0, 3)

    @pytest.mark.django_db(transaction=True)
    def test_locks_in_order_whichever_side_it_takes_from(self, b):
        """Two takers in opposite directions would wait for each other if each locked its own side first."""
        other = account("P1110", "second")
        for n, bank in enumerate((b.bank, other)):
            post(posting(f"t:{n}", debit(bank, 1000), credit(b.clearing, 1000, "pay_1")))

        def take(n: int, source, target) -> int:
            with unit_of_work():
                return take_up_to(
                    source, 3, lambda taken: posting(f"take:{n}:{source.id}", credit(source, taken), debit(target, taken)), at=LATER
                )

        for n in range(15):
            calls = [lambda n=n: take(n, b.bank, other), lambda n=n: take(n, other, b.bank)]
            assert at_once(*calls) == [3, 3]
        assert (balance(b.bank), balance(other)) == (1000, 1000)


class TestDatabase:
    @pytest.fixture
    def row(self, funded) -> Hold:
        return hold(funded.bank, credit(funded.bank, 15))

    @pytest.mark.parametrize("change", [{"amount_minor": -14}, {"reference": "hold:2"}, {"state": "released"}])
    def test_refuses_to_change_what_was_promised(self, row, change):
        with pytest.raises(IntegrityError, match=r"is fixed|hold_resolved_once"):
            Hold.objects.filter(id=row.id).update(**change)

    @pytest.mark.parametrize("change", [{"state": "pending"}, {"posted_minor": 0}])
    def test_counts_nothing_twice(self, funded, row, change):
        """What names its columns and changes nothing holds no more than before."""
        Hold.objects.filter(id=row.id).update(**change)
        row.save()
        assert left(funded.bank) == 85
        resolve(row, "released")
        assert left(funded.bank) == 100

    def test_refuses_less_than_nothing(self, row):
        with pytest.raises(IntegrityError, match="up to its amount"):
            Hold.objects.filter(id=row.id).update(state="released", posted_minor=-5, resolved_at=LATER)

    def test_refuses_another_name(self, row):
        with pytest.raises(IntegrityError, match="is fixed"):
            Hold.objects.filter(id=row.id).update(public_id="hold_other")

    def test_refuses_to_close_an_account_on_which_something_is_promised(self, b):
        hold(b.pending, credit(b.pending, 5))
        with unit_of_work(), pytest.raises(AccountNotEmpty):
            close_account(b.pending, at=LATER)
        with pytest.raises(IntegrityError, match="is closed at zero"):
            Account.objects.filter(id=b.pending.id).update(closed_at=LATER)

    def test_refuses_to_bring_one_back(self, row):
        resolve(row, "released")
        with pytest.raises(IntegrityError, match="is resolved"):
            Hold.objects.filter(id=row.id).update(state="pending", resolved_at=None)
