"""A landlord's reports as pages: what they say, how they refuse, and that the file beside them is the same view."""

import csv
import io
import re

import pytest
from django.utils.html import strip_tags

from tests.leases.portal.reading import signed_in, words_of
from tests.leases.reports.test_statement import eventful
from tests.world import World

pytestmark = pytest.mark.django_db(transaction=True)  # what is known is what is committed
AT = "/landlord/reports/"
PAGES = ("rent-roll", "aging", "owner-statement", "schedule-e")


def file_of(response) -> list[dict[str, str]]:
    assert response["Content-Type"].startswith("text/csv"), response.status_code
    return list(csv.DictReader(io.StringIO(b"".join(response.streaming_content).decode(), newline="")))


def test_it_works():
    w = World()
    lease = w.lease()
    w.unit()
    w.until(w.pay(lease, "instant", 50_000), "settled")
    client = signed_in(w.alice)
    assert "Rent roll Who rents which unit" in words_of(client.get(AT))
    page = words_of(client.get(f"{AT}rent-roll/"))
    assert "Bob Linden, Unit 1 Sun 1 Nov – Sun 31 Oct 2027 due on day 1 $1,500.00 $1,000.00 none none none $500.00 Mon 2 Nov" in page
    assert "Unit 2 Linden vacant 2 units 1 vacant $1,500.00 $1,000.00 $0.00 $0.00 $0.00" in page
    page = words_of(client.get(f"{AT}aging/"))
    assert "All leases $0.00 $1,000.00 $0.00 $0.00 $0.00 $0.00 $1,000.00" in page
    page = words_of(client.get(f"{AT}owner-statement/"))
    assert "Rent 1 entry $500.00 Income $500.00" in page
    assert "With DirectPay At the beginning $0.00 Received $500.00" in page
    assert "Nothing unexplained: $0.00" in page
    assert "3 Rents received $500.00 $500.00" in words_of(client.get(f"{AT}schedule-e/"))


def test_every_figure_leads_to_its_entries_and_they_add_up():
    w = eventful()
    client = signed_in(w.alice)
    for basis in ("cash", "accrual"):
        page = client.get(f"{AT}owner-statement/?start_date=2026-10-01&end_date=2026-12-31&basis={basis}").content.decode()
        figures = re.findall(r'<dt><a href="([^"]*/entries/[^"]*)">.*?</dt><dd>(.*?)</dd>', page)
        assert len(figures) >= 5
        for address, amount in figures:
            address = address.replace("&amp;", "&")
            behind = words_of(client.get(address))
            assert f"{strip_tags(amount)} As known at" in behind, (address, behind)
            rows = file_of(client.get(f"{address}&format=csv"))
            total = sum(int(row["amount"].replace(".", "")) for row in rows)
            assert strip_tags(amount).replace("−", "-").replace("$", "").replace(",", "").replace(".", "") == str(total).zfill(3)


def test_the_file_is_the_same_view_and_the_same_again():
    w = eventful()
    client = signed_in(w.alice)
    for name in PAGES:
        page = client.get(f"{AT}{name}/").content.decode()
        address = re.search(r'href="(\?[^"]*format=csv[^"]*)"', page)[1].replace("&amp;", "&")
        first = file_of(client.get(f"{AT}{name}/{address}"))
        w.later(hours=1)
        assert file_of(client.get(f"{AT}{name}/{address}")) == first
        assert first[0]["known_at"]


def test_without_a_property_each_page_says_what_is_not_there():
    w = World()
    carol = signed_in(w.person("carol", "landlord"))
    assert "Nothing to report yet" in words_of(carol.get(AT))
    assert "No units on that day" in words_of(carol.get(f"{AT}rent-roll/"))
    assert "Nothing is owed" in words_of(carol.get(f"{AT}aging/"))
    assert "Nothing was booked in this period" in words_of(carol.get(f"{AT}owner-statement/"))
    assert "No money moved in this year" in words_of(carol.get(f"{AT}schedule-e/"))


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("rent-roll/?as_of=0001-01-01", "Choose a day from 2000 to 2199."),
        ("rent-roll/?as_of=9999-12-31", "Choose a day from 2000 to 2199."),
        ("aging/?as_of=2026-11-30", "This day has not come yet."),
        ("aging/?as_of=soon", "Enter a valid date."),
        ("aging/?known_at=2030-01-01T00:00:00%2B00:00", "This moment has not come yet."),
        ("aging/?known_at=then", "This is no moment like"),
        ("owner-statement/?start_date=2026-11-30&end_date=2026-11-01", "This lies before the first day."),
        ("schedule-e/?year=9999", "Select a valid choice."),
        ("rent-roll/?property=prop_elsewhere", "Select a valid choice."),
    ],
)
def test_a_wrong_wish_is_told_at_its_field_and_shows_no_report(address, said):
    w = World()
    w.lease()
    response = signed_in(w.alice).get(AT + address)
    assert response.status_code == 422
    assert said in words_of(response)
    assert "Download CSV" not in words_of(response)
    response = signed_in(w.alice).get(f"{AT}{address}&format=csv")
    assert (response.status_code, response["Content-Type"]) == (422, "text/html; charset=utf-8")


def test_others_property_and_payee_do_not_exist_here():
    w = World()
    w.lease()
    carol = w.person("carol", "landlord")
    client = signed_in(carol)
    assert client.get(f"{AT}rent-roll/?property={w.home.public_id}").status_code == 422
    behind = f"{AT}owner-statement/entries/?line=rent&payee={w.payee.public_id}&currency=usd"
    assert client.get(behind).status_code == 404
    assert signed_in(w.alice).get(behind).status_code == 200
    assert signed_in(w.alice).get(f"{AT}owner-statement/entries/?line=none&payee={w.payee.public_id}&currency=usd").status_code == 404
    assert signed_in(w.alice).get(f"{AT}owner-statement/entries/?line=rent&payee={w.payee.public_id}&currency=xxx").status_code == 404
    assert signed_in(w.bob).get(AT).status_code == 404
