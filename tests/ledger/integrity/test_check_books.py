"""One check of the whole books: what it keeps, who may ask, what it says of what does not exist, and its numbers for Prometheus."""

import io
import json
import re
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.test import Client

from directpay.due.run import run_all
from directpay.ops import metrics
from directpay.ops.clock import set_clock
from directpay.ops.metrics import Gauge
from directpay.ops.upkeep import promise_upkeep
from directpay.people.actor import SYSTEM
from ledger.integrity.actions import ask_for_check, check_books, is_asked_for
from ledger.integrity.models import Check
from ledger.integrity.queries import findings_of, latest_check
from ledger.journal.actions import credit, debit
from ledger.journal.invariants import INVARIANTS, Finding, Invariant, check_invariants, register_invariants
from tests.directpay.cast import Caller, alice, error_of, key_of, platform, sam
from tests.ledger.books import AT, Books, account, open_books, post, posting
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def b() -> Books:
    set_clock(AT, frozen=True)
    return open_books()


def found(code: str) -> Finding:
    return next(finding for finding in check_invariants() if finding.code == code)


def bank_moves_without_a_line(b: Books) -> None:
    post(posting("t:1", debit(b.bank, 500), credit(b.clearing, 500, "pay_1")))


class TestRegister:
    def test_lists_every_invariant_of_the_books(self):
        listed = [finding.code for finding in check_invariants()]
        assert {f"I{n}" for n in range(1, 26)} <= set(listed)
        assert listed[:3] == ["I1", "I2", "I3"]
        assert listed.index("I9b") + 1 == listed.index("I10")

    def test_nothing_holds_whose_tables_are_not_there(self):
        extra = Invariant("I99", "Nothing is lost", "SELECT 1 FROM nowhere", tables=("ledger_account", "nowhere"))
        register_invariants(extra)
        try:
            finding = found("I99")
        finally:
            INVARIANTS.remove(extra)
        assert (finding.state, finding.holds, finding.broken) == ("not_applicable", False, [])
        assert finding.reason == "its tables are not there: nowhere"

    def test_every_query_names_the_tables_that_it_reads(self):
        """Each is asked beside a database without these tables: it must say so, and not fail."""
        for invariant in (i for i in INVARIANTS if i.sql):
            assert invariant.tables, invariant.code
            named = set(re.findall(r"\b(?:ledger|payments|leases|directpay)_[a-z]+\b(?!_)(?!\()", invariant.sql + invariant.figures))
            assert named <= set(invariant.tables), invariant.code

    def test_nothing_holds_before_its_first_account(self, b):
        assert found("I8").state == "not_applicable"
        assert "L1310" in found("I8").reason
        account("L2200", "lse_1:bob", book="py_1")
        assert found("I8").state == "holds"

    def test_what_waits_for_a_room_says_so(self):
        assert (found("I14").state, found("I14").reason) == ("not_applicable", "disputes are not kept yet")

    def test_a_query_takes_the_place_of_what_awaited_it(self):
        awaited, asked = Invariant("I98", "x", awaits="nothing yet"), Invariant("I98", "x", "SELECT 1 WHERE false")
        try:
            register_invariants(awaited)
            register_invariants(asked)
            register_invariants(awaited)  # whatever the order
            assert found("I98").state == "holds"
            with pytest.raises(ValueError, match="I98"):
                register_invariants(Invariant("I98", "x", "SELECT 2"))
        finally:
            INVARIANTS.remove(asked)

    def test_has_a_query_or_a_reason(self):
        with pytest.raises(ValueError, match="I97"):
            Invariant("I97", "x")

    def test_says_by_how_much_and_in_how_many_rows(self, b):
        bank_moves_without_a_line(b)
        finding = found("I11")
        assert (finding.state, finding.off_minor, finding.rows) == ("broken", 500, 1)
        assert dict(zip(finding.columns, finding.broken[0], strict=True)) == {"currency": "usd", "booked": 500, "told": 0, "off_minor": 500}


class TestFigures:
    """BOOKS.md I9 and I10: told, and judged only when somebody covers and sweeps."""

    def figure(self, code: str) -> int:
        finding = found(code)
        assert finding.state == "not_applicable"
        return dict(finding.figures)["usd"]

    def test_the_cover_falls_with_an_overdrawn_payee(self, b):
        legs = [debit(b.available, 400), credit(b.clearing, 400, "pay_1"), debit(b.bob, 400), credit(b.at_directpay, 400)]
        post(posting("t:1", *legs, kind="payment.returned"))
        assert self.figure("I9b") == -400

    def test_good_funds_are_what_the_bank_holds_beyond_what_is_payable(self, b):
        post(posting("t:1", debit(b.bank, 1_000), credit(b.clearing, 1_000, "pay_1")))
        assert self.figure("I10") == 0, "the bank moved first: it may have to go back"
        legs = [debit(b.clearing, 1_000, "pay_1"), credit(b.pending, 800), credit(b.revenue, 200)]
        post(posting("t:2", *legs, debit(b.at_directpay, 800), credit(b.bob, 800)))
        post(posting("t:3", debit(b.pending, 800), credit(b.available, 800)))
        assert (self.figure("I10"), self.figure("I9b")) == (200, 200)

    def test_a_deposit_counts_from_the_day_its_cash_arrives(self, b):
        deposit, trust, held = account("P2210", "py_1"), account("L1320", "py_1", book="py_1"), account("L2200", "lse_1:bob", book="py_1")
        post(posting("t:1", debit(b.clearing, 300, "pay_1"), credit(deposit, 300), debit(trust, 300), credit(held, 300)))
        assert self.figure("I10") == 0
        post(posting("t:2", debit(b.bank, 300), credit(b.clearing, 300, "pay_1")))
        assert self.figure("I10") == 0


class TestCheck:
    def test_keeps_what_each_said(self, b):
        bank_moves_without_a_line(b)
        check = check_books(asked_by="user:usr_1", at=AT)
        assert (check.broken, check.asked_by, check.at) == (1, "user:usr_1", AT)
        assert check.holds + check.broken + check.not_applicable == len(INVARIANTS)
        assert findings_of(latest_check()) == check_invariants()

    def test_is_made_every_day(self, b):
        promise_upkeep()
        run_all()
        assert [check.asked_by for check in Check.objects.all()] == ["system:daily"]
        set_clock(AT + timedelta(days=1), frozen=True)
        run_all()
        assert list(Check.objects.order_by("id").values_list("at", flat=True)) == [AT, AT + timedelta(days=1)]

    def test_that_takes_too_long_fails_and_keeps_nothing(self, b):
        slow = Invariant("I99", "Nothing takes long", "SELECT pg_sleep(5)")
        register_invariants(slow)
        try:
            with pytest.raises(OperationalError, match="statement timeout"):
                check_books(asked_by="x", at=AT, seconds=1.0)
        finally:
            INVARIANTS.remove(slow)
        assert not Check.objects.exists()

    def test_is_made_once_for_all_who_ask(self, b):
        ask_for_check(actor=SYSTEM, at=AT)
        ask_for_check(actor=SYSTEM, at=AT)
        assert is_asked_for()
        run_all()
        assert (Check.objects.count(), is_asked_for()) == (1, False)

    @pytest.mark.parametrize("statement", ["UPDATE ledger_check SET broken = 0", "DELETE FROM ledger_check"])
    def test_stays_as_it_was_told(self, b, superuser, statement, transactional_db):
        check_books(asked_by="x", at=AT)
        with pytest.raises(psycopg.errors.IntegrityError, match="append"):
            superuser.execute(statement)


class TestCommand:
    @staticmethod
    def run(*options: str) -> tuple[object, str]:
        out = io.StringIO()
        with pytest.raises(SystemExit) as ended:
            call_command("check_books", *options, stdout=out)
        return ended.value.code, out.getvalue()

    def test_says_that_the_books_hold_and_what_is_not_applicable(self):
        w = World()
        w.pay(w.lease(), "instant")
        w.later(minutes=1)
        code, said = self.run()
        assert (code, "BROKEN" in said, said.rstrip().endswith("zero")) == (0, False, True)
        assert "I14   not yet What is set aside" in said
        assert "figure: $10,000" not in said

    def test_names_what_is_broken_and_by_how_much(self, b):
        """A posting behind the back of the rooms: the bank moved without a bank line."""
        bank_moves_without_a_line(b)
        code, said = self.run()
        assert code == 1
        assert "I11   BROKEN" in said
        assert "in 1 rows, by 500 minor units" in said

    def test_speaks_json(self, b):
        bank_moves_without_a_line(b)
        code, said = self.run("--json")
        told = json.loads(said)
        broken = [invariant for invariant in told["invariants"] if invariant["state"] == "broken"]
        assert (code, told["broken"], [i["code"] for i in broken]) == (1, 1, ["I11"])
        assert broken[0]["broken"] == [{"currency": "usd", "booked": 500, "told": 0, "off_minor": 500}]
        assert all(row["difference"] == 0 for row in told["trial_balance"])


class TestMetrics:
    def test_tell_the_last_check_without_asking_again(self, b, django_assert_max_num_queries):
        bank_moves_without_a_line(b)
        check_books(asked_by="x", at=AT)
        caller = platform()
        with django_assert_max_num_queries(11):
            answer = caller.get("/metrics")
        assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; version=0.0.4; charset=utf-8")
        lines = answer.content.decode().splitlines()
        assert f"directpay_books_checked_timestamp_seconds {int(AT.timestamp())}" in lines
        for line in (
            'directpay_invariant_holds{code="I1"} 1',
            'directpay_invariant_holds{code="I11"} 0',
            'directpay_invariant_broken_minor{code="I11"} 500',
            'directpay_invariant_broken_rows{code="I11"} 1',
            'directpay_invariant_applicable{code="I14"} 0',
            'directpay_invariant_figure_minor{code="I9b",currency="usd"} 0',
        ):
            assert line in lines
        assert not any(line.startswith('directpay_invariant_holds{code="I14"}') for line in lines), "what was not asked does not hold"

    def test_say_when_there_was_no_check(self):
        assert "directpay_books_checked_timestamp_seconds 0" in platform().get("/metrics").content.decode()

    def test_are_for_staff(self):
        set_clock(datetime(2026, 11, 2, 15, tzinfo=UTC), frozen=True)
        staff, landlord = sam(), alice()
        assert Caller(key_of(staff)).get("/metrics").status_code == 200
        assert error_of(Caller(key_of(landlord)).get("/metrics"))["code"] == "permission_denied"
        assert error_of(Caller(None).get("/metrics"))["code"] == "api_key_missing"
        assert error_of(Caller("sk_test_madeup").get("/metrics"))["code"] == "api_key_invalid"
        assert error_of(Caller(key_of(None, scopes=["write"])).get("/metrics"))["code"] == "scope_missing"
        assert error_of(Caller(key_of(None, kind="publishable")).get("/metrics"))["code"] == "secret_key_required"
        for person, status in ((staff, 200), (landlord, 401)):
            client = Client()
            client.force_login(person)
            assert client.get("/metrics").status_code == status
        assert platform().post("/metrics").status_code == 405

    def test_labels_and_sentences_are_escaped(self):
        gauge = Gauge("x_minor", 'a "b"\nc\\', [({"code": 'q"\n\\'}, -1)])
        assert list(gauge.lines()) == ['# HELP x_minor a "b"\\nc\\\\', "# TYPE x_minor gauge", 'x_minor{code="q\\"\\n\\\\"} -1']

    def test_a_collector_is_registered_once(self):
        before = list(metrics.COLLECTORS)
        metrics.register_collector(before[0])
        assert before == metrics.COLLECTORS
