"""`manage.py api_key`: the way to a key where there is no other."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from directpay.kernel import clock
from directpay.people.actions.users import create_user
from directpay.people.actor import SYSTEM
from directpay.people.models import ApiKey, User
from tests.directpay.cast import Caller

pytestmark = pytest.mark.django_db


@pytest.fixture
def bob(db: None) -> User:
    return create_user(actor=SYSTEM, at=clock.now(), email="bob@example.com", name="Bob", role="renter")


def told(*words: str) -> str:
    out = StringIO()
    call_command("api_key", *words, stdout=out, stderr=StringIO())
    return out.getvalue().strip()


def test_makes_a_renter_a_key_that_sees_its_own(bob):
    caller = Caller(told("create", "--for", bob.email.upper(), "--name", "Bob's script"))
    assert caller.get("/api/v1/leases").status_code == 200
    assert [row["id"] for row in caller.get("/api/v1/users").json()["data"]] == [bob.public_id]
    key = ApiKey.objects.get(name="Bob's script")
    assert (key.owner, key.scopes, key.kind) == (bob, ["read", "write"], "secret")


def test_makes_the_platform_one_that_only_reads():
    caller = Caller(told("create", "--read-only"))
    assert caller.get("/api/v1/users").status_code == 200
    assert caller.post("/api/v1/users", {"email": "x@example.com"}).status_code == 403


def test_rolls_and_revokes():
    first = told("create", "--name", "first")
    name = ApiKey.objects.get(name="first").public_id
    assert name in told("list")
    second = told("roll", name, "--overlap-hours", "1")
    assert [Caller(key).get("/api/v1/users").status_code for key in (first, second)] == [200, 200]
    told("revoke", name)
    assert [Caller(key).get("/api/v1/users").status_code for key in (first, second)] == [401, 200]
    assert name not in told("list")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("create", "--for", "nobody@example.com"), "nobody with the address"),
        (("roll", "ak_nothing"), "no key ak_nothing"),
        (("revoke", "ak_nothing"), "no key ak_nothing"),
    ],
)
def test_says_what_there_is_not(words, said):
    with pytest.raises(CommandError, match=said):
        told(*words)


def test_refuses_too_long_an_overlap():
    told("create", "--name", "first")
    with pytest.raises(CommandError, match="at most 7 days"):
        told("roll", ApiKey.objects.get(name="first").public_id, "--overlap-hours", "200")
