"""Who speaks an older version of the API is understood and answered in it. Tried with two changes of the tests' own."""

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings as given_settings
from django.core.exceptions import ImproperlyConfigured

from directpay.api.reference.files import DOCS
from directpay.api.versions import FIRST, changes, versions
from directpay.people.actions import roll_api_key
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey
from directpay.people.oauth.models import Application
from tests.directpay.api.conftest import THINGS
from tests.directpay.cast import AT, Caller, error_of, key_of
from tests.directpay.people.oauth_app import App

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.directpay.api.things")]
HEADER = "Stripe-Version"
OLD, MARCH, JUNE = "2026-11-01", "2027-03-01", "2027-06-01"


@pytest.fixture
def changed(settings: Any) -> None:
    """Both changes are in."""
    settings.API_CHANGES = [*settings.API_CHANGES, "tests.directpay.api.changes.MARCH", "tests.directpay.api.changes.JUNE"]


def make(caller: Caller, version: str, **body: Any) -> Any:
    return caller.post(THINGS, body, None, **{HEADER: version})


class TestWhoAsksForAVersion:
    def test_is_answered_in_it(self, caller, changed):
        new, middle, old = (
            make(caller, version, **body) for version, body in ((JUNE, {"name": "a"}), (MARCH, {"name": "b"}), (OLD, {"title": "c"}))
        )
        assert [answer[HEADER] for answer in (new, middle, old)] == [JUNE, MARCH, OLD]
        assert (new.json()["name"], middle.json()["name"], old.json()["title"]) == ("a", "B", "C")
        assert "name" not in old.json()

    def test_is_refused_what_only_others_know(self, caller, changed):
        assert error_of(make(caller, JUNE, title="a"))["param"] == "title"
        assert error_of(make(caller, MARCH, title="a"))["param"] == "title"

    def test_sees_every_object_of_a_list_in_it(self, caller, changed):
        for name in ("a", "b"):
            make(caller, JUNE, name=name)
        page = caller.get(f"{THINGS}?limit=2", **{HEADER: OLD}).json()
        assert [thing["title"] for thing in page["data"]] == ["B", "A"]
        assert page["object"] == "list"

    def test_asks_queries_in_it(self, caller, changed):
        made = make(caller, JUNE, name="four").json()["id"]
        make(caller, JUNE, name="other")
        assert [thing["id"] for thing in caller.get(f"{THINGS}?title=four", **{HEADER: OLD}).json()["data"]] == [made]
        assert caller.get(f"{THINGS}/{made}/size?repeat=2", **{HEADER: MARCH}).json()["size"] == 8
        assert error_of(caller.get(f"{THINGS}/{made}/size?repeat=2", **{HEADER: JUNE}))["param"] == "repeat"

    def test_does_to_one_object_what_it_does_to_all(self, caller, changed):
        made = make(caller, JUNE, name="a").json()["id"]
        renamed = caller.post(f"{THINGS}/{made}/rename", {"title": "b"}, None, **{HEADER: OLD})
        assert renamed.json()["title"] == "B"
        assert caller.get(f"{THINGS}/{made}", **{HEADER: JUNE}).json()["name"] == "b"

    def test_gets_a_saved_answer_in_the_version_of_whoever_asks(self, caller, changed):
        first = caller.post(THINGS, {"name": "a"}, "key-1", **{HEADER: JUNE})
        again = caller.post(THINGS, {"title": "a"}, "key-1", **{HEADER: OLD})
        assert (first.json()["name"], again.json()["title"], again["Idempotent-Replayed"]) == ("a", "A", "true")
        assert caller.post(THINGS, {"title": "a"}, "key-1", **{HEADER: OLD}).content == again.content

    @pytest.mark.parametrize(
        ("asked", "meant"),
        [("2022-11-15", OLD), ("2026-10-28.endive", OLD), ("2027-04-30.fennel", MARCH), ("2031-01-01.ginger", JUNE)],
    )
    def test_of_stripes_means_ours_of_that_day(self, caller, changed, asked, meant):
        wish = {"title": "a"} if meant == OLD else {"name": "a"}
        answer = make(caller, asked, **wish)
        assert answer[HEADER] == asked
        apart = {"id": "", "created": 0}
        assert answer.json() | apart == make(caller, meant, **wish).json() | apart

    @pytest.mark.parametrize("asked", ["2027-03-02", "2027-12-01", "2026-11-02", "2027-13-01", "2027-3-1", "newest", ""])
    def test_that_is_none_is_told_so(self, caller, changed, asked):
        answer = make(caller, asked, name="a")
        assert (answer.status_code, error_of(answer)["param"], error_of(answer)["type"]) == (400, HEADER, "invalid_request_error")
        assert HEADER not in answer

    def test_learns_which_there_are(self, caller, changed):
        assert f"{OLD}, {MARCH}, {JUNE}" in error_of(make(caller, "2027-12-01", name="a"))["message"]


class TestAKey:
    def test_speaks_what_was_the_newest_when_it_was_first_used(self, caller, settings):
        assert caller.get(THINGS)[HEADER] == OLD
        settings.API_CHANGES = ["tests.directpay.api.changes.MARCH"]
        answer = caller.post(THINGS, {"title": "a"})
        assert (answer.json()["title"], answer[HEADER]) == ("a", OLD)
        assert caller.get(THINGS, **{HEADER: MARCH}).json()["data"][0]["name"] == "a", "the header goes before the key"

    def test_that_is_first_used_later_speaks_the_newest(self, caller, changed):
        assert caller.get(THINGS)[HEADER] == JUNE
        assert caller.post(THINGS, {"name": "a"}).json()["name"] == "a"

    def test_keeps_its_version_when_it_is_rolled(self, caller, settings):
        caller.get(THINGS)
        key = ApiKey.objects.get(api_version=OLD)
        settings.API_CHANGES = ["tests.directpay.api.changes.MARCH"]
        rolled = roll_api_key(actor=SYSTEM, at=AT, key=key)
        assert Caller(rolled.secret).get(THINGS)[HEADER] == OLD
        assert Caller(key_of(None)).get(THINGS)[HEADER] == MARCH


@pytest.mark.urls("directpay.urls")
def test_an_app_speaks_what_was_the_newest_when_it_was_first_used(owner, settings):
    app = App(owner, grant=Application.FOR_ITS_OWNER)
    assert Caller(app.token_for_itself()).get("/api/v1/users")[HEADER] == OLD
    settings.API_CHANGES = ["tests.directpay.api.changes.MARCH"]
    assert Caller(app.token_for_itself()).get("/api/v1/users")[HEADER] == OLD
    assert Caller(App(owner, grant=Application.FOR_ITS_OWNER).token_for_itself()).get("/api/v1/users")[HEADER] == MARCH


@pytest.mark.parametrize("names", [["JUNE", "MARCH"], ["TOO_OLD"]])
def test_changes_follow_each_other(settings, names):
    settings.API_CHANGES = [f"tests.directpay.api.changes.{name}" for name in names]
    with pytest.raises(ImproperlyConfigured, match="oldest first"):
        changes()


def test_the_guide_lists_every_version_with_what_changed():
    listed = re.findall(r"^- \*\*(\d{4}-\d{2}-\d{2})\*\*: (.+)$", (DOCS / "api.md").read_text(), re.MULTILINE)
    assert [date.fromisoformat(day) for day, _ in listed] == versions()
    said = dict(listed)
    assert [change.words for change in changes() if change.words not in said[change.on.isoformat()]] == []


def test_the_document_is_of_the_newest_version():
    assert given_settings.SPECTACULAR_SETTINGS["VERSION"] == versions()[-1].isoformat()
    assert versions()[0] == FIRST
