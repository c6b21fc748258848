from datetime import timedelta

import pytest
from django.db import IntegrityError

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.queries import history_of
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from payments.methods.actions import EXPIRES_AFTER, EXPIRY_QUEUE, NotVerifiable, add_bank_account, expire_verifications, verify_bank_account
from payments.methods.models import BankAccount
from payments.methods.queries import BankAccountNotVerified, bank_account_to_pay_from, visible_bank_accounts
from tests.world import PAYS, World

pytestmark = pytest.mark.django_db
WRONG = [1, 2]


@pytest.fixture
def w() -> World:
    return World()


@pytest.fixture
def new(w) -> BankAccount:
    details = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": PAYS, "account_type": "checking"}
    return add_bank_account(w.bob, details, actor=SYSTEM, at=w.now)


def name(w: World, account: BankAccount, *amounts: int) -> BankAccount:
    return verify_bank_account(account, amounts, actor=w.actor(w.bob), at=w.now)


class TestAmounts:
    @pytest.mark.parametrize("amounts", [(32, 45), (45, 32)])
    def test_verify_in_any_order(self, w, new, amounts):
        done = name(w, new, *amounts)
        assert (done.status, done.version, done.verification_tries) == ("verified", 2, 1)
        assert [e.type for e in history_of(new.public_id)] == ["bank_account.created", "bank_account.verified"]
        assert Event.objects.get(type="bank_account.verified").actor == f"user:{w.bob.public_id}"
        assert not Due.objects.filter(queue=EXPIRY_QUEUE).exists()

    @pytest.mark.parametrize("amounts", [(32,), (32, 45, 0), (32, 46), (32, 32), (77, 0), (), (-32, -45)])
    def test_that_are_wrong_are_counted_and_kept(self, w, new, amounts):
        tried = name(w, new, *amounts)
        assert (tried.status, tried.version, tried.verification_tries) == ("new", 2, 1)
        assert history_of(new.public_id).last().type == "bank_account.verification_attempted"

    def test_may_be_right_at_the_third_try(self, w, new):
        name(w, new, *WRONG)
        name(w, new, *WRONG)
        assert name(w, new, 32, 45).status == "verified"

    def test_that_are_wrong_three_times_end_it(self, w, new):
        for _ in range(3):
            ended = name(w, new, *WRONG)
        assert (ended.status, ended.version, ended.verification_tries) == ("verification_failed", 4, 3)
        assert not Due.objects.filter(queue=EXPIRY_QUEUE).exists()
        with pytest.raises(NotVerifiable) as refusal:
            name(w, new, 32, 45)
        assert (refusal.value.status, refusal.value.details) == (409, {"bank_account": new.public_id})

    def test_are_asked_for_once(self, w, new):
        name(w, new, 32, 45)
        with pytest.raises(NotVerifiable):
            name(w, new, 32, 45)
        assert BankAccount.objects.get().verification_tries == 1


class TestExpiry:
    def test_comes_after_ten_days(self, w, new):
        w.later(days=10)
        found = BankAccount.objects.get()
        assert (found.status, found.changed_at) == ("verification_failed", new.verification_expires_at)
        assert history_of(new.public_id).last().type == "bank_account.verification_failed"
        with pytest.raises(NotVerifiable):
            name(w, new, 32, 45)

    def test_does_not_come_a_moment_sooner(self, w, new):
        w.later(seconds=EXPIRES_AFTER.total_seconds() - 1)
        assert name(w, new, 32, 45).status == "verified"

    def test_does_not_wait_for_the_worker(self, w, new):
        """At the moment itself it is too late, though nobody has written it down yet."""
        with pytest.raises(NotVerifiable):
            verify_bank_account(new, [32, 45], actor=SYSTEM, at=new.verification_expires_at)
        assert (
            verify_bank_account(new, [32, 45], actor=SYSTEM, at=new.verification_expires_at - timedelta(microseconds=1)).status
            == "verified"
        )

    def test_leaves_a_verified_account_alone(self, w, new):
        name(w, new, 32, 45)
        w.later(days=11)
        expire_verifications([new.public_id], w.now)
        assert BankAccount.objects.get().status == "verified"

    def test_ends_a_set(self, w, new):
        details = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": PAYS, "account_type": "checking"}
        for _ in range(3):
            add_bank_account(w.bob, details, actor=SYSTEM, at=w.now)
        w.later(days=10)
        assert set(BankAccount.objects.values_list("status", "version")) == {("verification_failed", 2)}

    def test_may_be_run_again(self, w, new):
        w.later(days=10)
        expire_verifications([new.public_id, "ba_unknown"], w.now)
        assert BankAccount.objects.get().version == 2


class TestQueries:
    def test_shows_a_person_its_own_and_staff_all(self, w, new):
        carol = w.person("carol", "renter")
        assert list(visible_bank_accounts(w.actor(w.bob))) == [new]
        assert list(visible_bank_accounts(SYSTEM)) == [new]
        assert not visible_bank_accounts(w.actor(carol)).exists()
        assert not visible_bank_accounts(w.actor(w.alice)).exists()

    def test_gives_a_verified_account_to_pay_from(self, w, new):
        name(w, new, 32, 45)
        assert bank_account_to_pay_from(new.public_id, w.actor(w.bob)) == new

    @pytest.mark.parametrize("whose", ["alice", "nobodys"])
    def test_does_not_tell_a_strangers_account_from_none(self, w, new, whose):
        name(w, new, 32, 45)
        asked = new.public_id if whose == "alice" else "ba_unknown"
        with pytest.raises(InvalidInput, match="No such bank account") as refusal:
            bank_account_to_pay_from(asked, w.actor(w.alice), param="payment_method")
        assert (refusal.value.code, refusal.value.param) == ("resource_missing", "payment_method")

    def test_gives_none_that_is_not_verified(self, w, new):
        with pytest.raises(BankAccountNotVerified):
            bank_account_to_pay_from(new.public_id, w.actor(w.bob))
        w.later(days=11)
        with pytest.raises(BankAccountNotVerified):
            bank_account_to_pay_from(new.public_id, w.actor(w.bob))


def test_the_database_counts_no_fourth_try(w, new):
    with pytest.raises(IntegrityError, match="bank_account_three_tries"):
        BankAccount.objects.filter(id=new.id).update(verification_tries=4)
