"""The second step at sign-in: set up, asked for, lost, and what somebody who knows only the password can do."""

import time
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from directpay.events.models import Event
from directpay.kernel.errors import NotAllowed
from directpay.ops.clock import set_clock
from directpay.people.actions import remove_second_factors
from directpay.people.models import User
from directpay.people.queries import actor_for_user
from tests.directpay.cast import AT, alice, bob, sam

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
HOME = "203.0.113.7"


@pytest.fixture(autouse=True)
def standing_clock() -> None:
    set_clock(AT, frozen=True)


def code_of(secret: str, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later: by the machine's clock, as a telephone's is."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


class Person:
    """Somebody with a browser, who may set up the app."""

    def __init__(self, user: User, address: str = HOME) -> None:
        self.user, self.address, self.secret = user, address, ""
        self.client = Client(REMOTE_ADDR=address)

    def signs_in(self, password: str = PASSWORD, **more: str) -> Any:
        return self.client.post("/accounts/login/", {"login": self.user.email, "password": password, **more})

    def gives(self, code: str) -> Any:
        return self.client.post("/accounts/2fa/authenticate/", {"code": code})

    def says_the_password_again(self) -> None:
        assert self.client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302

    def sets_up_the_app(self) -> "Person":
        self.signs_in()
        self.says_the_password_again()
        page = self.client.get("/accounts/2fa/totp/activate/")
        self.secret = page.context["form"].secret
        done = self.client.post("/accounts/2fa/totp/activate/", {"code": code_of(self.secret)})
        assert done["Location"] == "/accounts/2fa/recovery-codes/"
        return self

    def leaves(self) -> "Person":
        self.client = Client(REMOTE_ADDR=self.address)
        return self

    @property
    def inside(self) -> bool:
        return "_auth_user_id" in self.client.session


def protected(**given: Any) -> Person:
    return Person(bob(password=PASSWORD, **given)).sets_up_the_app().leaves()


def test_asks_for_the_code_after_the_password_and_lets_in_with_both() -> None:
    person = protected()
    assert person.signs_in(next="/account/")["Location"] == "/accounts/2fa/authenticate/"
    assert not person.inside
    assert "six" not in person.client.get("/accounts/2fa/authenticate/").content.decode()
    assert person.gives(code_of(person.secret))["Location"] == "/account/"
    assert person.inside


def test_works_without_javascript() -> None:
    """What a browser without scripts is given is a form with a visible field and a button."""
    person = protected()
    person.signs_in()
    page = person.client.get("/accounts/2fa/authenticate/").content.decode()
    form = page[page.index('action="/accounts/2fa/authenticate/"') : page.index("</form>", page.index('action="/accounts/2fa/auth'))]
    assert 'name="code"' in form
    assert "hidden>" not in form


def test_refuses_a_code_that_was_used_and_one_from_long_ago() -> None:
    person = protected()
    code = code_of(person.secret)
    person.signs_in()
    assert person.gives(code_of(person.secret, -5)).status_code == 200
    assert person.gives(code).status_code == 302
    over_the_shoulder = person.leaves()
    over_the_shoulder.signs_in()
    assert over_the_shoulder.gives(code).status_code == 200
    assert not over_the_shoulder.inside


def test_shuts_the_door_on_guessed_codes_as_on_guessed_passwords() -> None:
    person = protected()
    person.signs_in()
    answers = [person.gives(f"{n:06}") for n in range(5)]
    assert [a.status_code for a in answers] == [200, 200, 200, 200, 429]
    assert answers[-1]["Retry-After"] == "900"
    assert person.gives(code_of(person.secret)).status_code == 429
    assert person.leaves().signs_in().status_code == 429
    set_clock(AT + timedelta(minutes=16), frozen=True)
    assert person.signs_in().status_code == 302


def test_does_not_forget_wrong_codes_because_the_password_was_right() -> None:
    person = protected()
    for n in range(4):
        person.leaves().signs_in()
        person.gives(f"{n:06}")
    person.leaves().signs_in()
    assert person.gives("999999").status_code == 429


def test_limits_guessing_from_many_addresses() -> None:
    person = protected()
    tries = []
    for n in range(8):
        elsewhere = Person(person.user, f"198.51.100.{n}")
        elsewhere.signs_in()
        tries.append(elsewhere)
        elsewhere.gives(f"{n:06}")
    assert tries[-1].gives(code_of(person.secret)).status_code == 200  # even the right one waits
    assert not tries[-1].inside


def test_opens_with_each_recovery_code_once() -> None:
    person = Person(bob(password=PASSWORD)).sets_up_the_app()
    codes = person.client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    saved = person.client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert len(codes) == 10
    assert all(code in saved for code in codes)
    for code, status in ((codes[0], 302), (codes[0], 200), (codes[1], 302)):
        person.leaves().signs_in()
        assert person.gives(code).status_code == status


def test_makes_new_recovery_codes_and_the_old_ones_stop() -> None:
    person = Person(bob(password=PASSWORD)).sets_up_the_app()
    old = person.client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert person.client.post("/accounts/2fa/recovery-codes/generate/").status_code == 302
    new = person.client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    person.leaves().signs_in()
    assert person.gives(old[0]).status_code == 200
    assert person.gives(new[0]).status_code == 302


def test_keeps_no_secret_that_can_be_read_in_the_database() -> None:
    person = Person(bob(password=PASSWORD)).sets_up_the_app()
    codes = person.client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    kept = str(list(Authenticator.objects.values_list("data", flat=True)))
    assert kept.count("v1:") == 2
    assert person.secret not in kept
    assert not any(code in kept for code in codes)
    assert person.secret not in str(person.client.session.items())


def test_records_each_change_for_the_person_alone() -> None:
    landlord = alice()
    person = Person(bob(by=actor_for_user(landlord), password=PASSWORD)).sets_up_the_app()
    person.client.post("/accounts/2fa/recovery-codes/generate/")
    person.client.post("/accounts/2fa/totp/deactivate/")
    facts = list(Event.objects.filter(object_id=person.user.public_id).order_by("version"))
    assert [(f.type.removeprefix("user."), f.data.get("factor")) for f in facts] == [
        ("created", None),
        ("second_factor_added", "totp"),
        ("recovery_codes_made", "recovery_codes"),
        ("recovery_codes_made", "recovery_codes"),
        ("second_factor_removed", "totp"),
    ]
    assert [f.version for f in facts] == [1, 2, 3, 4, 5]
    assert all(f.account_ids == [person.user.public_id] and f.actor == f"user:{person.user.public_id}" for f in facts[1:])
    assert person.secret not in str([f.data for f in facts])
    assert not Authenticator.objects.exists()


def test_changes_nothing_for_one_who_holds_only_the_session() -> None:
    """An open laptop: the password, or the code, is asked for once more."""
    person = Person(bob(password=PASSWORD)).sets_up_the_app()
    thief = Client()
    thief.force_login(person.user)
    for address in ("totp/deactivate/", "recovery-codes/", "recovery-codes/generate/", "recovery-codes/download/", "webauthn/add/"):
        for ask in (thief.get, thief.post):
            answer = ask(f"/accounts/2fa/{address}")
            assert answer.status_code in (302, 405), address
            assert "/reauthenticate/" in answer.get("Location", "/reauthenticate/")
    assert Authenticator.objects.count() == 2


def test_takes_the_code_as_the_proof_that_is_asked_for_once_more() -> None:
    person = protected()
    person.signs_in()
    person.gives(code_of(person.secret))
    answer = person.client.post("/accounts/2fa/reauthenticate/", {"code": code_of(person.secret, 1), "next": "/accounts/2fa/"})
    assert answer["Location"] == "/accounts/2fa/"
    assert person.client.get("/accounts/2fa/recovery-codes/").status_code == 200


def test_does_not_touch_keys_of_others() -> None:
    person = Person(bob(password=PASSWORD)).sets_up_the_app()
    key = Authenticator.objects.create(user=alice(), type="webauthn", data={"name": "hers", "credential": {}})
    for address in ("remove/", "edit/"):
        assert person.client.post(f"/accounts/2fa/webauthn/keys/{key.id}/{address}", {"name": "mine"}).status_code == 404
    key.refresh_from_db()
    assert key.data["name"] == "hers"


@pytest.mark.parametrize("credential", ["", "{}", "[]", "null", "1", '{"id": 5}', '{"response": {"userHandle": "!!"}}', "x" * 5_000])
def test_bears_nonsense_in_place_of_a_passkey(credential: str) -> None:
    client = Client()
    answer = client.post("/accounts/2fa/webauthn/login/", {"credential": credential})
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session
    person = protected()
    person.signs_in()
    assert person.client.post("/accounts/2fa/authenticate/", {"credential": credential}).status_code == 200
    assert not person.inside


# --- staff ---


def test_leads_staff_without_a_second_factor_to_set_one_up_before_the_staff_pages_open(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    person = Person(sam(superuser=True, password=PASSWORD))
    person.signs_in()
    for address in ("/admin/", "/admin/directpay/user/", "/metrics"):
        assert person.client.get(address)["Location"] == "/accounts/2fa/"
    assert "second step" in person.client.get("/accounts/2fa/").content.decode()
    person.sets_up_the_app()
    assert person.client.get("/admin/").status_code == 200
    assert person.client.get("/metrics").status_code == 200
    person.client.post("/accounts/2fa/totp/deactivate/")
    assert person.client.get("/admin/").status_code == 302


def test_asks_staff_for_nothing_more_where_the_installation_does_not(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = False
    person = Person(sam(superuser=True, password=PASSWORD))
    person.signs_in()
    assert person.client.get("/admin/").status_code == 200


def test_is_not_set_up_for_staff_by_recovery_codes_alone(settings: Any) -> None:
    settings.STAFF_SECOND_FACTOR = True
    person = Person(sam(superuser=True, password=PASSWORD))
    person.signs_in()
    Authenticator.objects.create(user=person.user, type="recovery_codes", data={"seed": "", "used_mask": 0})
    assert person.client.get("/admin/").status_code == 302


def test_is_removed_by_staff_from_one_who_has_lost_everything_after_a_look() -> None:
    person = protected()
    staff = Client()
    staff.force_login(sam(superuser=True))
    form = {"action": "remove_second_factors", "_selected_action": [person.user.id]}
    assert "bob@example.com" in staff.post("/admin/directpay/user/", form).content.decode()
    assert Authenticator.objects.count() == 2
    assert staff.post("/admin/directpay/user/", form | {"confirmed": "yes"}).status_code == 302
    assert person.signs_in().status_code == 302
    assert person.inside
    removed = Event.objects.filter(object_id=person.user.public_id, type="user.second_factor_removed")
    assert {fact.data["factor"] for fact in removed} == {"totp", "recovery_codes"}
    with pytest.raises(NotAllowed):
        remove_second_factors(actor=actor_for_user(alice()), at=AT, user=person.user)


def test_has_one_way_to_change_a_password_with_its_limits() -> None:
    person = Person(sam(superuser=True, password=PASSWORD))
    person.signs_in()
    assert person.client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"
