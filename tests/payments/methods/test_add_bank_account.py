from datetime import timedelta
from typing import Any

import psycopg
import pytest

from directpay.due.models import Due
from directpay.events.models import Event
from directpay.events.unit import unit_of_work
from directpay.kernel.errors import InvalidInput
from directpay.people.actor import SYSTEM
from ledger.journal.models import Transaction
from payments.methods.actions import EXPIRES_AFTER, EXPIRY_QUEUE, UNPROVEN_LIMIT, add_bank_account
from payments.methods.models import BankAccount
from payments.reconciliation.listeners import expect_deposits
from payments.reconciliation.models import BankLine
from payments.vault.encryption import decrypt
from tests.at_once import at_once
from tests.world import PAYS, World

pytestmark = pytest.mark.django_db
ERRORED = "000666666661"


@pytest.fixture
def w() -> World:
    return World()


def add(w: World, **changes: Any) -> BankAccount:
    details = {"account_holder_name": "Bob", "routing_number": "110000000", "account_number": PAYS, "account_type": "checking"}
    return add_bank_account(w.bob, {**details, **changes}, actor=SYSTEM, at=w.now)


class TestKeepsTheAccount:
    def test_waiting_for_its_deposits_to_be_named(self, w):
        made = add(w, metadata={"a": "b"}, account_type="savings", account_holder_type="company")
        assert (made.status, made.version, made.last4, made.bank_name) == ("new", 1, "6789", "First Linden Bank")
        assert (made.account_type, made.account_holder_type, made.metadata) == ("savings", "company", {"a": "b"})
        assert (made.verification_tries, made.verification_expires_at) == (0, w.now + EXPIRES_AFTER)

    def test_promises_to_end_the_wait(self, w):
        made = add(w)
        row = Due.objects.get(queue=EXPIRY_QUEUE)
        assert (row.key, row.due_at) == (made.public_id, w.now + timedelta(days=10))

    def test_tells_ids_and_states_and_no_number_or_name(self, w):
        made = add(w, account_holder_name="Robert Renter")
        event = Event.objects.get(object_id=made.public_id)
        assert (event.type, event.version, event.data["from"], event.account_ids) == ("bank_account.created", 1, None, [w.bob.public_id])
        assert not [secret for secret in (PAYS, "Robert", "110000000") if secret in str(event.data)]

    def test_finds_the_same_number_again_without_showing_it(self, w):
        one, same, other = add(w), add(w), add(w, account_number="000123456780")
        assert one.fingerprint == same.fingerprint != other.fingerprint
        assert one.public_id != same.public_id

    def test_tells_banks_apart_by_their_routing_number(self, w):
        assert add(w).fingerprint != add(w, routing_number="021000021").fingerprint


class TestHidesTheNumber:
    @pytest.mark.django_db(transaction=True)
    def test_from_every_column_and_table(self, superuser: psycopg.Connection):
        w = World()
        made = add(w, account_number="00098765432109876")
        w.later(minutes=1)
        tables = [
            t for (t,) in superuser.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
        ]
        found = [
            t
            for t in tables
            if superuser.execute(f'SELECT count(*) FROM "{t}" x WHERE x::text LIKE %s', ["%98765432109%"]).fetchone() != (0,)
        ]
        assert not found
        assert decrypt(made.number_encrypted, context=made.public_id) == "00098765432109876"

    def test_in_a_text_that_opens_in_its_own_row_alone(self, w):
        one, other = add(w), add(w, account_number="000222222227")
        with pytest.raises(ValueError, match="does not belong here"):
            decrypt(one.number_encrypted, context=other.public_id)
        with pytest.raises(ValueError, match="does not belong here"):
            decrypt(one.micro_deposits_encrypted, context=other.public_id)


class TestRefuses:
    @pytest.mark.parametrize(
        "routing",
        [
            "000000000",
            "110000001",
            "123456789",
            "11000000",
            "1100000000",
            "",
            "abcdefghi",
            "11000000a",
            " 110000000",
            "110000000\n",
            "１１０００００００",
        ],
    )
    def test_a_routing_number_that_is_none(self, w, routing):
        with pytest.raises(InvalidInput) as refusal:
            add(w, routing_number=routing)
        assert refusal.value.param == "routing_number"
        assert not BankAccount.objects.exists()

    @pytest.mark.parametrize("routing", ["110000000", "021000021", "111000025", "322271627", "011401533"])
    def test_no_routing_number_of_a_bank(self, w, routing):
        assert add(w, routing_number=routing).routing_number == routing

    @pytest.mark.parametrize(
        "number", ["", "123", "123456789012345678", "12345678a", "1234 5678", "-1234567", "１２３４５６７８", "12345.67"]
    )
    def test_an_account_number_that_is_none(self, w, number):
        with pytest.raises(InvalidInput) as refusal:
            add(w, account_number=number)
        assert refusal.value.param == "account_number"

    @pytest.mark.parametrize("number", ["1234", "12345678901234567"])
    def test_no_account_number_of_4_to_17_digits(self, w, number):
        assert add(w, account_number=number).last4 == number[-4:]

    def test_to_draw_deposits_for_a_bank_that_is_not_simulated(self, w, settings):
        settings.SANDBOX = False
        with pytest.raises(RuntimeError, match="no live bank"):
            add(w)
        assert not BankAccount.objects.exists()


class TestDeposits:
    def test_are_our_own_cost_and_leave_our_own_bank(self, w):
        made = add(w)
        assert Transaction.objects.get(reference=f"verification.sent:{made.public_id}").kind == "verification.sent"
        w.later(seconds=5)
        line = BankLine.objects.get()
        assert (line.bank, line.item, line.amount_minor) == ("own", made.public_id, -77)
        w.check()

    def test_that_the_bank_refuses_end_it_at_once(self, w):
        made = add(w, account_number=ERRORED)
        assert (made.status, made.version) == ("errored", 2)
        events = Event.objects.filter(object_id=made.public_id).order_by("version")
        assert [(e.type, e.data["status"], e.data["from"]) for e in events] == [
            ("bank_account.created", "new", None),
            ("bank_account.errored", "errored", "new"),
        ]
        assert not Transaction.objects.filter(kind="verification.sent").exists()
        assert not Due.objects.filter(queue=EXPIRY_QUEUE).exists()

    def test_that_the_bank_refuses_show_on_no_statement(self, w):
        add(w, account_number=ERRORED)
        w.later(minutes=1)
        assert not BankLine.objects.exists()
        assert not Due.objects.filter(attempts__gt=0).exists()
        w.check()

    def test_show_once_however_often_we_hear_of_the_account(self, w):
        made = add(w)
        w.later(seconds=5)
        again = list(Event.objects.filter(object_id=made.public_id, type="bank_account.created"))
        with unit_of_work():
            expect_deposits(again)
        w.later(seconds=5)
        assert BankLine.objects.count() == 1
        assert not Due.objects.filter(attempts__gt=0).exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_added_than_may_wait():
    w = World()
    for n in range(UNPROVEN_LIMIT - 1):
        add(w, account_number=str(1_000_000 + n))
    results = at_once(*(lambda n=n: add(w, account_number=str(2_000_000 + n)) for n in range(4)))
    assert sorted(type(result).__name__ for result in results) == ["BankAccount", *["TooManyUnproven"] * 3]
