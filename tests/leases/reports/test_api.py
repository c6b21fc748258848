"""The doors of the reports for programs: JSON and files, for whom, and what they refuse."""

import csv
import io
from datetime import date

import pytest

from directpay.people.models import User
from leases.reports.queries.scope import Wish, known, scope_of
from leases.reports.queries.statement import owner_statements
from ledger.journal.models import Account
from tests.directpay.cast import Caller, error_of, key_of, platform
from tests.leases.reports.test_statement import eventful
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed
NAMES = ("rent_roll", "aging", "owner_statement", "schedule_e")
AT = "/api/v1/reports/"


def file_of(response) -> str:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(response.streaming_content).decode()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_it_works():
    w = eventful()
    alice = Caller(key_of(w.alice))
    roll = alice.get(f"{AT}rent_roll").json()
    balance = sum(Account.objects.filter(number="L1500").values_list("balance_minor", flat=True))
    (total,) = roll["totals"]
    assert total["owed"] - total["paid_ahead"] == balance
    aging = alice.get(f"{AT}aging").json()
    assert aging["totals"][0]["balance"] == balance
    assert sum(row["balance"] for row in aging["data"]) == balance
    (statement,) = alice.get(f"{AT}owner_statement?start_date=2026-10-01&end_date=2026-12-31").json()["data"]
    (found,) = owner_statements(scope_of(w.actor(w.alice), Wish()), date(2026, 10, 1), date(2026, 12, 31), "cash", known(None, now=w.now))
    assert (statement["result"], statement["unexplained"]) == (found.result_minor, 0)
    schedule = alice.get(f"{AT}schedule_e?year=2026").json()
    (of_payee,) = schedule["data"]
    assert sum(line["amount"] for home in of_payee["properties"] for line in home["lines"] if line["line"] == 21) == found.result_minor
    assert "Not tax advice" in schedule["note"]


def test_every_file_is_one_table_and_the_same_bytes_when_asked_again():
    w = eventful()
    alice = Caller(key_of(w.alice))
    for name in NAMES:
        address = f"{AT}{name}?format=csv" + ("&year=2026" if name == "schedule_e" else "")
        response = alice.get(address)
        assert response["Content-Disposition"].startswith(f'attachment; filename="directpay-{name}-')
        text = file_of(response)
        rows = table(text)
        assert rows
        assert text.endswith("\r\n")
        assert len({line.count(",") for line in text.replace('"Bob, Mia"', "").splitlines() if '"' not in line}) == 1
        moment = rows[0]["known_at"]
        w.later(hours=30)
        w.until(w.pay(w.leased, "instant", 1_000), "settled")
        day = {"rent_roll": "as_of", "aging": "as_of"}.get(name)
        again = address + f"&known_at={moment.replace('+', '%2B')}" + (f"&as_of={rows[0]['as_of']}" if day else "")
        again += f"&start_date={rows[0]['start_date']}&end_date={rows[0]['end_date']}" if name == "owner_statement" else ""
        assert file_of(alice.get(again)) == text, name
        assert file_of(alice.get(again.replace("%2B", "+"))) == text


def test_accept_asks_for_a_file_too():
    w = World()
    w.lease()
    text = file_of(Caller(key_of(w.alice)).get(f"{AT}aging", Accept="text/csv"))
    assert [row["row"] for row in table(text)] == ["party", "total"]
    assert table(text)[0]["days_1_30"] == "1500.00"


def test_no_name_becomes_a_formula_and_negative_amounts_stay_numbers():
    w = World()
    User.objects.filter(id=w.bob.id).update(name='=HYPERLINK("https://x")')
    lease = w.lease()
    w.until(w.pay(lease, "instant"), "settled")
    w.later(days=43)  # a Tuesday, and December is owed
    w.until(w.pay(lease, "instant", 300_000), "settled")
    rows = table(file_of(Caller(key_of(w.alice)).get(f"{AT}aging?format=csv")))
    assert rows[0]["renters"] == '\'=HYPERLINK("https://x")'
    assert (rows[0]["owed"], rows[0]["balance"]) == ("0.00", "-1500.00")


def test_a_landlord_sees_its_own_a_renter_nothing_and_the_platform_whoever_it_names():
    w = World()
    w.lease()
    carol = w.person("carol", "landlord")
    elsewhere = w.property(carol, name="Elsewhere")
    alice, platforms = Caller(key_of(w.alice)), platform()
    for name in NAMES:
        assert error_of(Caller(key_of(w.bob)).get(f"{AT}{name}"))["type"] == "permission_error"
        for wish in (f"property={elsewhere.public_id}", f"landlord={carol.public_id}", f"payee={carol.payees.get().public_id}"):
            refused = alice.get(f"{AT}{name}?{wish}")
            assert (refused.status_code, error_of(refused)["param"]) == (400, wish.partition("=")[0])
        assert error_of(platforms.get(f"{AT}{name}"))["param"] == "landlord"
        assert platforms.get(f"{AT}{name}?landlord={w.alice.public_id}").status_code == 200
    assert platforms.get(f"{AT}rent_roll?landlord={w.alice.public_id}").json()["totals"][0]["owed"] == 150_000
    assert platforms.get(f"{AT}rent_roll?property={elsewhere.public_id}").json()["data"] == []
    assert Caller(key_of(carol)).get(f"{AT}rent_roll").json()["data"] == []


@pytest.mark.parametrize(
    ("address", "param"),
    [
        ("rent_roll?as_of=0001-01-01", "as_of"),
        ("rent_roll?as_of=9999-12-31", "as_of"),
        ("rent_roll?as_of=2026-11-05", "as_of"),
        ("aging?as_of=tomorrow", "as_of"),
        ("aging?known_at=2026-11-02T15:00:01Z", "known_at"),
        ("aging?known_at=2026-11-02T15:00:01", "known_at"),
        ("aging?known_at=99999999999", "known_at"),
        ("owner_statement?start_date=2026-11-02&end_date=2026-11-01", "end_date"),
        ("owner_statement?start_date=2027-01-01", "start_date"),
        ("owner_statement?basis=feeling", "basis"),
        ("schedule_e?year=0", "year"),
        ("schedule_e?year=2027", "year"),
        ("schedule_e?year=9999", "year"),
        ("rent_roll?format=xml", "format"),
        ("rent_roll?colour=red", "colour"),
    ],
)
def test_each_refusal_names_its_parameter(address, param):
    w = World()
    error = error_of(Caller(key_of(w.alice)).get(AT + address))
    assert (error["type"], error["param"]) == ("invalid_request_error", param)


def test_queries_do_not_grow_with_leases(django_assert_max_num_queries):
    w = World()
    alice = Caller(key_of(w.alice))
    for name in NAMES:
        alice.get(AT + name)
    for _ in range(6):
        w.lease()
    for name, most in (("rent_roll", 14), ("aging", 14), ("owner_statement", 22), ("schedule_e", 18)):
        with django_assert_max_num_queries(most):
            assert alice.get(AT + name).status_code == 200
