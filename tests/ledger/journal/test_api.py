"""`/api/v1/ledger/accounts/{id}` asked of two times: what was true for a day, and what was known of it at a moment."""

from datetime import date, datetime, timedelta

import pytest

from directpay.events.unit import unit_of_work
from directpay.ops.clock import set_clock
from ledger.journal.actions import credit, debit, place_hold
from ledger.journal.models import Account
from tests.directpay.cast import Caller, alice, bob, error_of, key_of, platform
from tests.ledger.books import AT, account, post, posting

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


class Told:
    """Alice's book: rent of November is charged on the 2nd; on the 12th we learn of a charge that belongs to October."""

    def __init__(self) -> None:
        set_clock(AT, frozen=True)
        self.alice = alice()
        book = self.alice.payees.get().public_id
        self.owed, self.rent = account("L1500", "lse_1:bob", book=book), account("L4100", "prop_1", book=book)
        self.charge("t:1", 150_000, date(2026, 11, 1), AT)
        self.charge("t:2", 1_000, date(2026, 10, 30), AT + 10 * DAY)
        self.caller = platform()

    def charge(self, reference: str, amount: int, on: date, at: datetime) -> None:
        set_clock(at, frozen=True)
        post(posting(reference, debit(self.owed, amount), credit(self.rent, amount), on=on), at=at)

    def ask(self, of: Account | None = None, caller: Caller | None = None, **query: object):
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return (caller or self.caller).get(f"/api/v1/ledger/accounts/{(of or self.owed).public_id}?{asked}")

    def balance(self, **query: object) -> int:
        answer = self.ask(**query)
        assert answer.status_code == 200, answer.content
        return answer.json()["balance"]


@pytest.fixture
def told() -> Told:
    return Told()


def unix(at: datetime) -> int:
    return int(at.timestamp())


def test_now_is_what_is_asked_without_a_time(told):
    answer = told.ask().json()
    assert (answer["balance"], "as_of" in answer, "known_at" in answer) == (151_000, False, False)


def test_as_of_counts_what_is_effective_through_the_day(told):
    assert [told.balance(as_of=day) for day in ("2026-10-29", "2026-10-31", "2026-11-01", "2027-12-31")] == [0, 1_000, 151_000, 151_000]


def test_known_at_counts_what_was_recorded_until_the_moment(told):
    moments = (AT - DAY, AT, AT + 9 * DAY, AT + 10 * DAY)
    assert [told.balance(known_at=unix(at)) for at in moments] == [0, 150_000, 150_000, 151_000]


def test_together_they_say_what_was_known_then_of_that_day(told):
    assert told.balance(as_of="2026-10-31", known_at=unix(AT + DAY)) == 0
    assert told.balance(as_of="2026-10-31", known_at=unix(AT + 10 * DAY)) == 1_000
    assert told.balance(as_of="2026-11-30", known_at=unix(AT + DAY)) == 150_000


def test_the_answer_names_what_was_asked_and_stays(told):
    query = {"as_of": "2026-10-31", "known_at": unix(AT + DAY)}
    first = told.ask(**query)
    assert (first.json()["as_of"], first.json()["known_at"]) == ("2026-10-31", unix(AT + DAY))
    told.charge("t:3", 7, date(2026, 10, 30), AT + 11 * DAY)
    assert told.ask(**query).json() == first.json() | {"available": 151_007}, "all but what is of now"


def test_a_balance_is_positive_on_its_normal_side(told):
    assert told.ask(told.rent, as_of="2026-11-01").json()["balance"] == 151_000


def test_what_is_available_is_of_now(told):
    available = account("P1110", "main")
    post(posting("t:3", debit(available, 500), credit(account("P1210", "ach"), 500, "pay_1")), at=AT + 10 * DAY)
    with unit_of_work():
        place_hold(available, credit(available, 200), reference="hold:1", at=AT + 10 * DAY)
    answer = told.ask(available, known_at=unix(AT)).json()
    assert (answer["balance"], answer["available"]) == (0, 300)


def test_nobody_knows_the_future(told):
    answer = told.ask(known_at=unix(AT + 10 * DAY) + 1)
    error = error_of(answer)
    assert (answer.status_code, error["code"], error["param"]) == (400, "not_yet_known", "known_at")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("as_of", "2026-02-30"),
        ("as_of", "yesterday"),
        ("as_of", ""),
        ("known_at", "2026-11-01T00:00:00Z"),
        ("known_at", "-1"),
        ("known_at", "99999999999999"),
        ("known_at", "1.5"),
    ],
)
def test_a_bad_value_names_its_field(told, name, value):
    answer = told.ask(**{name: value})
    assert (answer.status_code, error_of(answer)["param"]) == (400, name)


def test_what_it_does_not_know_is_refused(told):
    assert error_of(told.ask(known_until=1))["code"] == "parameter_unknown"


def test_a_landlord_sees_her_own_and_nobody_elses(told):
    mine, other = Caller(key_of(told.alice)), Caller(key_of(alice(email="carol@example.com", name="Carol")))
    assert told.ask(caller=mine, as_of="2026-10-31").json()["balance"] == 1_000
    for stranger in (other, Caller(key_of(bob()))):
        assert told.ask(caller=stranger, as_of="2026-10-31").status_code == 404
    assert told.ask(account("P1110", "main"), caller=mine, as_of="2026-10-31").status_code == 404, "the platform's book"
