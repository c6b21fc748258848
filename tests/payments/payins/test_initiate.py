from datetime import timedelta

import pytest
from django.db import IntegrityError

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from ledger.journal.models import Account, Transaction
from payments.methods.actions import add_bank_account, verify_bank_account
from payments.methods.queries import BankAccountNotVerified
from payments.payins.actions.initiate import (
    RAIL_QUEUE,
    AmountExceedsPayable,
    AmountTooSmall,
    DuplicateSuspected,
    ObligationInProgress,
    Terms,
    Wish,
    initiate,
)
from payments.payins.models import Claim, Payment
from payments.rails.registry import FROM_BANK_ACCOUNTS
from tests.ledger.books import account
from tests.world import NO_FUNDS, PAYS


class TestAccepts:
    def test_a_payment_and_posts_nothing(self, w, accept):
        before = Transaction.objects.count()
        made = accept()
        assert (made.status, made.version, made.amount_minor, made.fee_minor, made.charged_minor, made.net_minor) == (
            "initiated",
            1,
            150_000,
            200,
            150_000,
            149_800,
        )
        assert Transaction.objects.filter(kind="payment.completed").count() == 0
        assert Transaction.objects.count() == before + 1, "the small deposits of the bank account alone"

    def test_and_promises_to_submit_it(self, w, accept):
        made = accept()
        row = Due.objects.get(queue=RAIL_QUEUE)
        assert (row.key, row.due_at) == (made.public_id, w.now)

    def test_and_waits_for_the_file_that_it_goes_with(self, w, accept, settings):
        settings.RAIL_PROFILE = "calendar"
        made = accept()
        assert Due.objects.get(queue=RAIL_QUEUE).due_at.isoformat() == "2026-11-02T21:45:00+00:00"  # 16:45 in New York
        assert (made.expected_on.isoformat(), made.expected_at.isoformat()) == ("2026-11-06", "2026-11-06T08:30:00-05:00")

    def test_and_tells_it_with_ids_and_figures(self, w, accept):
        made = accept()
        event = Event.objects.get(object_id=made.public_id)
        assert (event.type, event.version, event.actor) == ("payment.initiated", 1, f"user:{w.bob.public_id}")
        assert event.account_ids == [w.bob.public_id, w.payee.public_id]
        assert (event.data["status"], event.data["from"], event.data["amount"], event.data["net"]) == ("initiated", None, 150_000, 149_800)
        assert not [word for word in ("example.com", "000123456789", "Linden") if word in str(event.data)]

    def test_and_freezes_what_it_is_for(self, accept):
        made = accept(
            amount=100,
            rail="instant",
            wishes=[Wish("charge.due:chg_1", "chg_1", 60), Wish("charge.due:chg_2", "chg_2", 40)],
            amount_minor=500,
        )
        assert list(Claim.objects.order_by("id").values_list("debit_reference", "item", "amount_minor")) == [
            ("charge.due:chg_1", "chg_1", 60),
            ("charge.due:chg_2", "chg_2", 40),
        ]
        assert set(Claim.objects.values_list("payment", flat=True)) == {made.id}

    def test_whose_fee_the_payer_pays(self, w, accept):
        w.fee("ach", 200, payer="payer")
        made = accept(amount=100)
        assert (made.charged_minor, made.net_minor) == (300, 100)

    @pytest.mark.parametrize("rail", FROM_BANK_ACCOUNTS)
    def test_on_every_rail(self, accept, rail):
        assert accept(rail=rail).rail == rail

    def test_of_any_amount_where_the_account_has_no_limit(self, w, accept):
        open_ended = account("L1500", "tips", book=w.payee.public_id, accepts_payments=True, payable_limit="any")
        assert accept(applies_to=open_ended, amount=99_999_999).status == "initiated"
        assert accept(applies_to=open_ended, amount=88_888_888).status == "initiated"

    def test_of_what_is_owed_and_ahead_together(self, accept):
        assert accept(amount=300_000, ahead_minor=150_000).amount_minor == 300_000


class TestRefuses:
    @pytest.mark.parametrize("change", [{"accepts_payments": False}, {"payable_limit": "closed"}])
    def test_an_account_that_takes_no_payments(self, accept, debt, change):
        Account.objects.filter(id=debt.id).update(**change)
        with pytest.raises(InvalidInput, match="takes no payments") as refusal:
            accept()
        assert (refusal.value.code, refusal.value.param) == ("account_closed", "applies_to")

    def test_more_than_one_payment_may_carry(self, accept, settings):
        settings.PAYMENT_MAX_MINOR = 149_999
        with pytest.raises(InvalidInput, match=r"At most \$1,499.99") as refusal:
            accept()
        assert (refusal.value.code, refusal.value.param) == ("amount_too_large", "amount")

    @pytest.mark.parametrize("state", ["new", "errored", "verification_failed"])
    def test_a_bank_account_that_is_not_verified(self, w, accept, state):
        number = "000666666661" if state == "errored" else PAYS
        details = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": number, "account_type": "checking"}
        source = add_bank_account(w.bob, details, actor=SYSTEM, at=w.now)
        if state == "verification_failed":
            for _ in range(3):
                source = verify_bank_account(source, [1, 2], actor=SYSTEM, at=w.now)
        assert source.status == state
        with pytest.raises(BankAccountNotVerified) as refusal:
            accept(bank_account=source)
        assert (refusal.value.code, refusal.value.param) == ("bank_account_not_verified", "bank_account")

    def test_a_bank_account_in_another_currency(self, w, accept):
        euros = account("L1500", "euro", book=w.payee.public_id, currency="eur", accepts_payments=True, payable_limit="any")
        with pytest.raises(InvalidInput, match="in EUR") as refusal:
            accept(applies_to=euros)
        assert refusal.value.param == "bank_account"

    @pytest.mark.parametrize(("rail", "amount"), [("ach", 200), ("ach", 1), ("wire", 1500), ("ach", 0), ("ach", -5)])
    def test_what_the_fee_would_eat(self, accept, rail, amount):
        with pytest.raises(AmountTooSmall):
            accept(rail=rail, amount=amount)

    def test_nothing_even_where_the_payer_pays_the_fee(self, w, accept):
        w.fee("ach", 200, payer="payer")
        with pytest.raises(AmountTooSmall):
            accept(amount=0)

    def test_more_than_is_owed(self, accept):
        with pytest.raises(AmountExceedsPayable, match=r"At most \$1,500.00") as refusal:
            accept(amount=150_001)
        assert (refusal.value.status, refusal.value.details, refusal.value.param) == (400, {"payable": 150_000}, "amount")

    def test_more_than_is_owed_and_ahead(self, accept):
        with pytest.raises(AmountExceedsPayable, match=r"At most \$2,500.00"):
            accept(amount=250_001, ahead_minor=100_000)

    def test_anything_where_nothing_is_owed(self, w, accept):
        w.until(accept(rail="instant"), "settled")
        with pytest.raises(AmountExceedsPayable, match="Nothing is owed") as refusal:
            accept(amount=500)
        assert refusal.value.details == {"payable": 0}

    def test_more_than_is_left_of_a_prepayment(self, w, accept):
        """Paid ahead, the balance is below zero; what is ahead counts less by so much."""
        w.until(accept(rail="instant", amount=200_000, ahead_minor=150_000), "settled")
        with pytest.raises(AmountExceedsPayable) as refusal:
            accept(amount=100_001, ahead_minor=150_000)
        assert refusal.value.details == {"payable": 100_000}

    def test_what_is_on_its_way_already(self, accept):
        first = accept(amount=100_000)
        with pytest.raises(ObligationInProgress) as refusal:
            accept(amount=50_001)
        assert (refusal.value.status, refusal.value.code, refusal.value.details) == (
            409,
            "obligation_in_progress",
            {"payment": first.public_id},
        )
        assert accept(amount=50_000).status == "initiated"

    def test_the_same_again_within_five_minutes(self, w, accept):
        first = accept(amount=50_000)
        for seconds in (0, 299):
            w.later(seconds=seconds)
            with pytest.raises(DuplicateSuspected) as refusal:
                accept(amount=50_000)
            assert (refusal.value.status, refusal.value.code, refusal.value.details) == (
                409,
                "duplicate_suspected",
                {"payment": first.public_id},
            )
        w.later(seconds=1)
        assert accept(amount=50_000).status == "initiated"

    @pytest.mark.parametrize("change", [{"amount": 50_001}, {"origin": "lse_other"}, {"allow_duplicate": True}])
    def test_nothing_that_is_not_quite_the_same(self, accept, change):
        accept(amount=50_000)
        assert accept(**{"amount": 50_000, **change}).status == "initiated"

    def test_not_the_same_of_another_payer(self, w, accept):
        carol = w.person("carol", "renter")
        accept(amount=50_000)
        assert accept(amount=50_000, payer=carol, bank_account=w.account(carol)).payer == carol

    def test_not_the_same_again_after_it_failed(self, w, accept):
        """A failed payment may be tried again at once."""
        w.until(accept(rail="instant", bank_account=w.account(w.bob, NO_FUNDS)), "failed")
        assert accept(rail="instant", bank_account=w.account(w.bob)).status == "initiated"

    def test_two_claims_on_one_debit(self, accept):
        with pytest.raises(IntegrityError, match="claim_once"):
            accept(wishes=[Wish("charge.due:chg_1", "chg_1", 60), Wish("charge.due:chg_1", "chg_1", 40)])


class TestOrderOfRefusals:
    """API.md: more than owed, then on its way, then a duplicate; what is wrong with the request itself comes before them all."""

    @pytest.fixture
    def everything_is_wrong(self, w, accept, settings) -> dict:
        """One live payment of the whole debt; then the same again, too large, in euro, on a closed account."""
        accept(rail="wire")
        settings.PAYMENT_MAX_MINOR = 1000
        return {"applies_to": account("L1500", "x", book=w.payee.public_id, currency="eur", payable_limit="closed"), "rail": "wire"}

    def test_goes_from_the_account_to_the_duplicate(self, w, debt, accept, settings, everything_is_wrong):
        wrong = everything_is_wrong
        with pytest.raises(InvalidInput) as refusal:
            accept(**wrong, amount=1500)
        assert refusal.value.code == "account_closed"
        Account.objects.filter(id=wrong["applies_to"].id).update(accepts_payments=True, payable_limit="balance")
        with pytest.raises(InvalidInput) as refusal:
            accept(**wrong, amount=1500)
        assert refusal.value.code == "amount_too_large"
        settings.PAYMENT_MAX_MINOR = 10**8
        with pytest.raises(InvalidInput) as refusal:
            accept(**wrong, amount=1500)
        assert refusal.value.param == "bank_account"
        with pytest.raises(AmountTooSmall):
            accept(rail="wire", amount=1500)
        with pytest.raises(AmountExceedsPayable):
            accept(rail="wire", amount=150_001)
        with pytest.raises(ObligationInProgress):
            accept(rail="wire", amount=150_000)
        with pytest.raises(DuplicateSuspected):
            accept(rail="wire", amount=150_000, ahead_minor=150_000)

    def test_leaves_nothing_of_a_refused_one(self, accept):
        with pytest.raises(AmountExceedsPayable):
            accept(amount=150_001)
        assert (Payment.objects.count(), Claim.objects.count(), Due.objects.filter(queue=RAIL_QUEUE).count()) == (0, 0, 0)


@pytest.mark.django_db(transaction=True)
def test_needs_somebodys_transaction(w, debt):
    terms = Terms(w.bob, w.payee, debt, 1000, "ach", w.account(w.bob), w.now.date())
    with pytest.raises(RuntimeError, match="open transaction"):
        initiate(terms, actor=w.actor(w.bob), at=w.now + timedelta(seconds=1))
