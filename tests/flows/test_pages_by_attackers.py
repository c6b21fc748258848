"""Attackers at the pages: as a landlord, a renter, staff and nobody they follow every link, and send to every field what is not meant well.

`ATTACK=long pytest tests/flows/test_pages_by_attackers.py` sends every payload to every place as everybody (some minutes).
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client

from directpay.people.models import User
from directpay.settings import BASE_DIR
from tests.attackers.checks import faults, leads_away
from tests.attackers.crawling import crawl
from tests.attackers.scanner import Scan
from tests.attackers.visitor import Visitor
from tests.attackers.vulnerable import Vulnerable
from tests.browser.scenes import House

pytestmark = pytest.mark.django_db(transaction=True)
LONG = os.environ.get("ATTACK") == "long"
LISTS = r"/admin/\w+/\w+/"  # of the admin: one view, whatever the model
MAY_FAIL = frozenset({"/ready"})  # no worker beats in a test


def visitor(app: Any, name: str, user: User | None = None, **more: str) -> Visitor:
    """Somebody with a session of their own, and a new one whenever it has ended."""
    if user is None:
        return Visitor(app, name, **more)

    def sign_in() -> dict[str, str]:
        client = Client()
        client.force_login(User.objects.get(id=user.id))
        return {key: morsel.value for key, morsel in client.cookies.items()}

    return Visitor(app, name, sign_in, **more)


@pytest.fixture
def house(settings) -> House:
    settings.RAIL_PROFILE = "calendar"
    return House.built()


@pytest.fixture
def app(settings) -> Iterator[Any]:
    """The whole application, its static files included; without limits on how often one may try, which would end the attack early."""
    settings.STATIC_ROOT = BASE_DIR / "static"
    settings.ACCOUNT_RATE_LIMITS = False
    logging.disable(logging.ERROR)  # some thousand refusals
    yield get_wsgi_application()
    logging.disable(logging.NOTSET)


def test_attackers_find_nothing(app, house):
    people = [visitor(app, "nobody"), *(visitor(app, name, house.people[name]) for name in ("bob", "alice", "dana"))]
    scan = Scan(people, long=LONG, alike=LISTS, may_fail=MAY_FAIL).run()
    fields = sum(len(place.fields) for place in scan.places)
    print(f"{sum(v.asked for v in people)} requests, {scan.pages} pages, {len(scan.places)} places, {fields} fields")
    assert [str(finding) for finding in scan.findings.values()] == []
    assert scan.is_whole
    assert scan.pages > 100
    assert len(scan.places) > 40


def test_over_tls_in_live_mode_every_cookie_is_secure(app, house, settings):
    """With the settings that live mode has, read where they are made: by a process of its own."""
    for name, value in live_settings().items():
        setattr(settings, name, value)
    person = visitor(get_wsgi_application(), "bob", house.people["bob"], scheme="https")
    found = crawl(person, of_each=2, with_queries=True)
    assert len(found.answers) > 10
    for address, answer in found.answers.items():
        assert faults(answer, secure=True) == [], address
        assert "max-age=31536000" in answer.header("Strict-Transport-Security"), address
    plain = visitor(get_wsgi_application(), "nobody").get("/accounts/login/")
    assert (plain.status, plain.header("Location")) == (301, "https://localhost/accounts/login/")


LIVE = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT")


def live_settings() -> dict[str, Any]:
    asked = f"import json; from directpay import settings as s; print(json.dumps({{n: getattr(s, n) for n in {LIVE}}}))"
    environment = {**os.environ, "DIRECTPAY_MODE": "live", "DIRECTPAY_ENV_FILE": os.devnull}
    return json.loads(subprocess.check_output([sys.executable, "-c", asked], env=environment, cwd=BASE_DIR))


class TestTheScanner:
    """What it finds in an application that has every hole; so that finding nothing means something."""

    @pytest.fixture
    def scan(self, runtime_url) -> Scan:
        return Scan([Visitor(Vulnerable(runtime_url), "nobody")]).run()

    def test_finds_every_hole(self, scan):
        found = {(finding.kind, finding.where.partition(" ")[2].partition("?")[0]) for finding in scan.findings.values()}
        holes = {
            ("markup", "/echo"),
            ("markup", "/attribute"),
            ("markup", "/item/7"),
            ("markup", "/"),  # what was stored
            ("database error", "/sql"),
            ("time", "/sql"),
            ("file", "/file"),
            ("header", "/header"),
            ("redirect", "/go"),
            ("evaluated", "/template"),
            ("evaluated", "/shell"),
            ("request", "/fetch"),
            ("server error", "/bytes"),
            ("forgery", "/change"),
            ("policy", "/naked"),
            ("cookie", "/"),
            ("trace", "/safe"),
            ("host", "/"),
            ("listing", "/files/"),
            *(("exposed", address) for address in ("/.env", "/.git/HEAD", "/echo~")),
        }
        assert holes - found == set()

    def test_does_not_cry_where_nothing_is_wrong(self, scan):
        wrong = [str(f) for f in scan.findings.values() if "/safe" in f.where and not f.where.startswith(("TRACE", "DPX"))]
        assert wrong == []

    def test_the_long_form_sends_more_to_the_same_holes(self, scan, runtime_url):
        long = Scan([Visitor(Vulnerable(runtime_url), "nobody")], long=True).run()
        assert long.visitors[0].asked > 3 * scan.visitors[0].asked
        assert {finding.kind for finding in long.findings.values()} >= {finding.kind for finding in scan.findings.values()}

    @pytest.mark.parametrize(
        ("location", "leads"),
        [
            ("/renter/", False),
            ("http://localhost/x", False),
            ("?q=1", False),
            ("https://dpx.invalid/", True),
            ("//dpx.invalid", True),
            ("/\\dpx.invalid/", True),
            ("/\t/dpx.invalid", True),
            ("https:dpx.invalid", True),
            ("http://localhost@dpx.invalid/", True),
            ("javascript:alert(1)", True),
            ("http://[dpx", True),
        ],
    )
    def test_reads_a_redirect_as_a_browser_does(self, location, leads):
        assert leads_away(location) == leads
