"""The staff's pages of the books, and their files: they add up, say what was known when, and are the same whenever they are asked again."""

import csv
import io
import re
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from directpay.ops.clock import set_clock
from directpay.people.actor import SYSTEM
from ledger.journal.actions import credit, debit
from ledger.journal.actions.periods import close_period
from ledger.journal.models import Account, Book, Period
from ledger.journal.pages import statements
from tests.directpay.cast import alice, bob, sam
from tests.leases.portal.reading import hidden, signed_in
from tests.ledger.books import AT, PAYEE, Books, account, open_books, post, posting

pytestmark = pytest.mark.django_db(transaction=True)
DAY = timedelta(days=1)


@pytest.fixture
def b() -> Books:
    set_clock(AT, frozen=True)
    return open_books()


@pytest.fixture
def dana(b: Books) -> Client:
    return signed_in(sam())


def charge(b: Books, reference: str, amount: int, on: date, at=AT) -> None:
    set_clock(at, frozen=True)
    post(posting(reference, debit(b.bob, amount), credit(b.rent, amount), on=on), at=at)


def words_of(response) -> str:
    page = response.content.decode()
    text = re.sub(r"<(script|style|svg)\b.*?</\1>", " ", page[page.find('class="dp-page"') :], flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def sheet(response) -> bytes:
    """What of a page is printed."""
    return re.search(rb'<section class="dp-sheet">.*?</section>', response.content, re.S)[0]


def file(response) -> bytes:
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    return b"".join(response)


def rows(content: bytes) -> list[dict[str, str]]:
    """The table of a file, without what stands above it."""
    lines = list(csv.reader(io.StringIO(content.decode())))
    begin = lines.index([]) + 1
    return [dict(zip(lines[begin], line, strict=True)) for line in lines[begin + 1 :]]


def book(kind: str = "L") -> Book:
    return Book.objects.get(kind=kind)


class TestTrialBalance:
    def address(self, **query: str) -> str:
        return f"/admin/ledger/book/{book().id}/trial-balance/?" + "&".join(f"{k}={v}" for k, v in query.items())

    @pytest.fixture(autouse=True)
    def told(self, b):
        """Rent of November is charged on the 2nd; on the 12th we learn of a charge that belongs to October."""
        charge(b, "t:1", 150_000, date(2026, 11, 1))
        charge(b, "t:2", 1_000, date(2026, 10, 30), AT + 10 * DAY)

    def test_both_columns_are_equal(self, dana):
        said = words_of(dana.get(self.address()))
        assert "Total USD $1,510.00 $1,510.00" in said
        assert "Difference USD $0.00" in said
        assert "L1500/lse_1:bob.usd receivable $1,510.00" in said

    def test_as_of_a_day_and_as_known_at_a_moment(self, dana):
        assert "Total USD $10.00 $10.00" in words_of(dana.get(self.address(as_of="2026-10-31")))
        early = dana.get(self.address(as_of="2026-10-31", known_at="2026-11-03T00:00"))
        assert "Total USD $0.00 $0.00" in words_of(early)
        assert "As of 31 Oct 2026, as known at 3 Nov 2026, 00:00:00 ET" in words_of(early)

    @pytest.mark.parametrize(
        ("query", "field", "said"),
        [
            ({"known_at": "2030-01-01T00:00"}, "known_at", "This moment lies in the future."),
            ({"known_at": "yesterday"}, "known_at", "Enter a valid date/time."),
            ({"as_of": "2026-02-30"}, "as_of", "Enter a valid date."),
            ({"as_of": "0001-01-01"}, "as_of", "Choose a day after the year 2000."),
            ({"known_at": "0001-01-01T00:00"}, "known_at", "Choose a moment after the year 2000."),
        ],
    )
    def test_what_is_refused_is_said_beside_its_field(self, dana, query, field, said):
        for page in ("?", "csv/?"):
            answer = dana.get(self.address(**query).replace("?", page, 1))
            assert answer.status_code == 422
            assert re.search(rf'id="id_{field}_error">{re.escape(said)}', answer.content.decode())

    def test_the_file_has_the_same_figures_and_names_its_moment(self, dana):
        content = file(dana.get(self.address(as_of="2026-11-30").replace("?", "csv/?")))
        assert content.decode().splitlines()[:3] == [
            f"trial_balance,L/{PAYEE}",
            "as_of,2026-11-30",
            f"known_at,{(AT + 10 * DAY).isoformat()}",
        ]
        found = {row["account"]: row for row in rows(content)}
        assert (found["L1500"]["debit_minor"], found["L1500"]["debit"], found["L1500"]["credit"]) == ("151000", "1510.00", "0.00")
        assert (found["total"]["debit_minor"], found["total"]["credit_minor"]) == ("151000", "151000")
        assert (found["difference"]["debit_minor"], found["difference"]["debit"]) == ("0", "0.00")

    def test_the_file_is_the_same_to_the_byte_after_more_was_posted(self, b, dana):
        link = re.search(r'href="([^"]*/csv/\?[^"]*)"', dana.get(self.address()).content.decode())[1].replace("&amp;", "&")
        first = file(dana.get(link))
        charge(b, "t:3", 77, date(2026, 11, 1), AT + 11 * DAY)
        assert file(dana.get(link)) == first
        assert file(dana.get(self.address().replace("?", "csv/?"))) != first

    def test_no_subject_becomes_a_formula(self, dana):
        account("L4100", "=HYPERLINK(1)", book=PAYEE)
        assert "'=HYPERLINK(1)" in file(dana.get(self.address().replace("?", "csv/?"))).decode()

    def test_all_books_stand_on_one_page(self, dana):
        said = words_of(dana.get("/admin/ledger/book/trial-balance/"))
        assert f"L/{PAYEE} USD $1,510.00 $1,510.00 $0.00" in said
        assert "All books USD $1,510.00 $1,510.00 $0.00" in said

    def test_a_book_that_is_not_there_is_not_found(self, dana):
        assert dana.get("/admin/ledger/book/999999/trial-balance/").status_code == 404
        assert dana.get("/admin/ledger/account/999999/statement/").status_code == 404


class TestStatement:
    SINCE, UNTIL = "2026-11-02T09:59:59-05:00", "2026-11-03T00:00:00-05:00"

    def address(self, b: Books, page: str = "", of: Account | None = None, **query: str) -> str:
        asked = {"since": self.SINCE, "until": self.UNTIL} | query
        return f"/admin/ledger/account/{(of or b.bob).id}/statement/{page}?" + "&".join(f"{k}={v}" for k, v in asked.items())

    @pytest.fixture(autouse=True)
    def told(self, b):
        charge(b, "t:1", 150_000, date(2026, 10, 1))
        post(posting("t:2", debit(b.rent, 2_000), credit(b.bob, 2_000)))
        set_clock(AT + 10 * DAY, frozen=True)

    def test_opens_moves_and_closes(self, b, dana):
        said = words_of(dana.get(self.address(b)))
        assert "Opening balance $0.00" in said
        assert "2 Nov 2026, 10:00:00 ET effective 1 Oct 2026 t:1 $1,500.00 $1,500.00" in said
        assert "2 Nov 2026, 10:00:00 ET t:2 $20.00 $1,480.00" in said
        assert "Closing balance $1,480.00" in said
        assert "as known at 3 Nov 2026, 00:00:00 ET" in said

    def test_stands_on_the_normal_side_of_its_account(self, b, dana):
        assert "Closing balance $1,480.00" in words_of(dana.get(self.address(b, of=b.rent)))

    def test_is_printed_again_to_the_byte_whatever_was_posted_since(self, b, dana):
        page, whole = sheet(dana.get(self.address(b))), file(dana.get(self.address(b, "csv/")))
        charge(b, "t:3", 99, date(2026, 11, 2), AT + 11 * DAY)
        assert sheet(dana.get(self.address(b))) == page
        assert file(dana.get(self.address(b, "csv/"))) == whole
        assert sheet(dana.get(self.address(b, until=(AT + 11 * DAY).isoformat().replace("+", "%2B")))) != page

    def test_its_foot_gives_the_moments_that_print_it_again(self, b, dana):
        page = sheet(dana.get(self.address(b, until=""))).decode()
        since, until = re.search(r"recorded after (\S+) · recorded until (\S+) ·", page).groups()
        again = dana.get(self.address(b, since=since.replace("+", "%2B"), until=until.replace("+", "%2B")))
        assert sheet(again).decode() == page

    def test_begins_with_the_month_if_nothing_is_asked(self, b, dana):
        said = words_of(dana.get(f"/admin/ledger/account/{b.bob.id}/statement/"))
        assert "Recorded after 31 Oct 2026, 23:59:59 ET until 12 Nov 2026, 10:00:00 ET" in said

    def test_goes_on_page_by_page_and_carries_the_balance(self, b, dana, monkeypatch):
        for n in range(150):
            post(posting(f"more:{n}", debit(b.bob, 1), credit(b.rent, 1)))
        first = dana.get(self.address(b))
        said = words_of(first)
        assert "Carried forward $1,480.98" in said
        assert "Closing balance $1,481.50" in said
        following = re.search(r'href="(\?[^"]*after_seq[^"]*)"', first.content.decode())[1].replace("&amp;", "&")
        assert {"since", "until", "after_at", "after_seq"} == set(parse_qs(urlsplit(following).query))
        second = words_of(dana.get(self.address(b).split("?")[0] + following))
        assert "Brought forward $1,480.98" in second
        assert second.count("more:") == 52
        assert "Carried forward" not in second

    def test_the_file_is_whole_in_batches_and_adds_up(self, b, dana, monkeypatch):
        for n in range(5):
            post(posting(f"more:{n}", debit(b.bob, 1), credit(b.rent, 1)))
        monkeypatch.setattr(statements, "BATCH", 2)
        answer = dana.get(self.address(b, "csv/"))
        assert answer.streaming
        found = rows(file(answer))
        assert [row["reference"] for row in found] == ["opening", "t:1", "t:2", *(f"more:{n}" for n in range(5)), "closing", "unexplained"]
        assert (found[-2]["debit_minor"], found[-2]["credit_minor"], found[-2]["balance"]) == ("150005", "2000", "1480.05")
        assert (found[-1]["balance_minor"], found[-1]["balance"]) == ("0", "0.00")
        assert found[1]["effective_on"] == "2026-10-01"

    @pytest.mark.parametrize(
        ("query", "field", "said"),
        [
            ({"until": "2030-01-01T00:00"}, "until", "This moment lies in the future."),
            ({"since": "2026-11-04T00:00"}, "since", "This lies after the end of the statement."),
            ({"since": "never"}, "since", "Enter a valid date/time."),
        ],
    )
    def test_what_is_refused_is_said_beside_its_field(self, b, dana, query, field, said):
        for page in ("", "csv/"):
            answer = dana.get(self.address(b, page, **query))
            assert answer.status_code == 422
            assert re.search(rf'id="id_{field}_error">{re.escape(said)}', answer.content.decode())

    @pytest.mark.parametrize("after", ["-1", "x", "99999999999999999999"])
    def test_nonsense_for_a_page_is_refused(self, b, dana, after):
        assert dana.get(self.address(b, after_seq=after, after_at=self.SINCE)).status_code == 422

    def test_the_account_and_the_book_lead_to_them(self, b, dana):
        assert f"/admin/ledger/account/{b.bob.id}/statement/" in dana.get(f"/admin/ledger/account/{b.bob.id}/change/").content.decode()
        assert f"/admin/ledger/book/{book().id}/trial-balance/" in dana.get("/admin/ledger/book/").content.decode()


class TestPeriods:
    CLOSE = "/admin/ledger/period/close/"

    @pytest.fixture(autouse=True)
    def told(self, b):
        charge(b, "t:1", 150_000, date(2026, 11, 1))
        set_clock(AT + 30 * DAY, frozen=True)

    def post(self, client: Client, through: str, **more: str):
        return client.post(self.CLOSE, {"book": book().id, "through_on": through, **more})

    def test_shows_what_closing_means_before_it_closes(self, dana):
        asked = self.post(dana, "2026-11-30")
        said = words_of(asked)
        assert ("First open day 1 Dec 2026" in said, Period.objects.count()) == (True, 0)
        closed = self.post(dana, hidden(asked, "through_on"), confirmed=hidden(asked, "confirmed"))
        period = Period.objects.get()
        assert (closed.status_code, closed["Location"]) == (302, f"/admin/ledger/period/{period.id}/change/")
        assert (period.through_on, period.closed_by.startswith("user:usr_")) == (date(2026, 11, 30), True)

    def test_a_confirmation_of_another_day_closes_nothing(self, dana):
        assert "Before you close" in words_of(self.post(dana, "2026-11-29", confirmed="2026-11-30"))
        assert not Period.objects.exists()

    @pytest.mark.parametrize(
        ("through", "said"),
        [
            ("2026-11-05", f"L/{PAYEE} is closed through 10 Nov 2026: the first open day is 11 Nov 2026."),
            ("2026-12-31", "This day is not over yet."),
            ("", "This field is required."),
            ("2026-02-30", "Enter a valid date."),
        ],
    )
    def test_what_is_refused_is_said_beside_the_day(self, dana, through, said):
        close_period(book(), date(2026, 11, 10), actor=SYSTEM, at=AT + 30 * DAY)
        answer = self.post(dana, through, confirmed=through)
        assert answer.status_code == 422
        assert re.search(rf'id="id_through_on_error">{re.escape(said)}', answer.content.decode())
        assert Period.objects.count() == 1

    def test_a_book_that_is_not_there_is_refused(self, dana):
        assert dana.post(self.CLOSE, {"book": 999_999, "through_on": "2026-11-30"}).status_code == 422

    def test_only_a_post_with_its_token_closes(self, dana):
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = dana.cookies
        assert self.post(strict, "2026-11-30", confirmed="2026-11-30").status_code == 403
        assert not Period.objects.exists()

    def test_a_period_says_what_moved_and_what_of_it_were_corrections(self, b, dana):
        close_period(book(), date(2026, 11, 15), actor=SYSTEM, at=AT + 30 * DAY)
        charge(b, "t:2", 1_000, date(2026, 11, 3), AT + 31 * DAY)  # for a day that is closed
        charge(b, "t:3", 5, date(2026, 11, 20), AT + 31 * DAY)
        set_clock(AT + 32 * DAY, frozen=True)
        second = close_period(book(), date(2026, 11, 30), actor=SYSTEM, at=AT + 32 * DAY)
        said = words_of(dana.get(f"/admin/ledger/period/{second.id}/change/"))
        assert "L1500/lse_1:bob.usd receivable $1,500.00 $10.05 $10.00 $1,510.05" in said
        assert "Debits less credits USD $0.00 $0.00 $0.00 $0.00" in said
        assert "of periods that were closed before" in said

    def test_a_period_that_is_not_there_is_not_found(self, dana):
        for nonsense in ("0", "x", "9" * 30):
            assert dana.get(f"/admin/ledger/period/{nonsense}/change/").status_code == 404


def test_pages_are_for_staff_alone(b, client):
    pages = (
        "/admin/ledger/check/",
        "/admin/ledger/check/now/",
        "/admin/ledger/book/trial-balance/",
        f"/admin/ledger/book/{book().id}/trial-balance/csv/",
        f"/admin/ledger/account/{b.bob.id}/statement/csv/",
        "/admin/ledger/period/close/",
    )
    for person in (None, signed_in(alice()), signed_in(bob())):
        for page in pages:
            for method in ("get", "post"):
                answer = getattr(person or client, method)(page)
                assert answer.status_code in (302, 403), page
                assert "login" in answer.get("Location", "login"), page
