"""Too many wrong passwords: the door stays shut for one account from one address, for a while, and says so to everybody alike."""

from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client, RequestFactory

from directpay.events.models import Event
from directpay.kernel import clock
from directpay.kernel.errors import NotAllowed
from directpay.ops.clock import set_clock
from directpay.people.actions import lift_locks
from directpay.people.sign_in.address import address_of, network_of
from tests.directpay.cast import AT, alice, as_user, bob, sam

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
HOME, ELSEWHERE = "203.0.113.7", "198.51.100.9"


@pytest.fixture(autouse=True)
def standing_clock() -> None:
    set_clock(AT, frozen=True)


def try_to_sign_in(login: str, password: str, address: str = HOME, client: Client | None = None, **headers: str) -> Any:
    return (client or Client()).post("/accounts/login/", {"login": login, "password": password}, REMOTE_ADDR=address, headers=headers)


def guess(times: int, login: str = "bob@example.com", address: str = HOME) -> Any:
    """So many wrong passwords; the last answer."""
    return [try_to_sign_in(login, f"wrong {n}", address) for n in range(times)][-1]


def signed_in(response: Any) -> bool:
    return response.status_code == 302


def test_shuts_the_door_after_five_wrong_passwords_and_opens_it_again_by_the_clock() -> None:
    bob(password=PASSWORD)
    assert guess(4).status_code == 200
    shut = guess(1)
    assert (shut.status_code, shut["Retry-After"]) == (429, "900")
    assert "until" in shut.content.decode()
    set_clock(AT + timedelta(minutes=14), frozen=True)
    still = try_to_sign_in("bob@example.com", PASSWORD)
    assert (still.status_code, still["Retry-After"]) == (429, "60")
    set_clock(AT + timedelta(minutes=15, seconds=1), frozen=True)
    assert signed_in(try_to_sign_in("bob@example.com", PASSWORD))


def test_does_not_grow_longer_by_knocking() -> None:
    bob(password=PASSWORD)
    guess(5)
    set_clock(AT + timedelta(minutes=10), frozen=True)
    assert guess(20)["Retry-After"] == "300"


def test_shuts_nobody_out_of_their_home_from_elsewhere() -> None:
    bob(password=PASSWORD), alice(password=PASSWORD)
    assert guess(5, address=ELSEWHERE).status_code == 429
    assert signed_in(try_to_sign_in("bob@example.com", PASSWORD, HOME))
    assert signed_in(try_to_sign_in("alice@example.com", PASSWORD, ELSEWHERE))


def test_begins_to_count_again_after_the_right_password() -> None:
    bob(password=PASSWORD)
    for _ in range(3):
        guess(4)
        assert signed_in(try_to_sign_in("bob@example.com", PASSWORD))


def test_writes_an_account_in_one_way_so_that_case_and_blanks_are_no_new_tries() -> None:
    bob(password=PASSWORD)
    for login in ("bob@example.com", "BOB@example.com", " bob@example.com ", "Bob@Example.com"):
        assert guess(1, login).status_code == 200
    assert guess(1, "bOb@example.com").status_code == 429


def test_takes_another_browser_for_the_same_stranger() -> None:
    bob(password=PASSWORD)
    answers = [try_to_sign_in("bob@example.com", "wrong", **{"User-Agent": f"browser {n}"}) for n in range(5)]
    assert answers[-1].status_code == 429


def test_stops_one_password_on_many_accounts_from_one_address(settings: Any) -> None:
    settings.SIGN_IN_TRIES_PER_ADDRESS = 20
    bob(password=PASSWORD)
    answers = [guess(1, f"person{n}@example.com").status_code for n in range(22)]
    assert (answers.count(200), set(answers[20:])) == (20, {429})
    assert try_to_sign_in("bob@example.com", PASSWORD).status_code == 429
    assert signed_in(try_to_sign_in("bob@example.com", PASSWORD, ELSEWHERE))


def test_lets_one_s_own_sign_in_not_pay_for_guesses_at_others() -> None:
    """An attacker with an account of its own does not reset what it tried on others."""
    bob(password=PASSWORD), alice(password=PASSWORD)
    guess(4)
    assert signed_in(try_to_sign_in("alice@example.com", PASSWORD))
    assert guess(1).status_code == 429


def test_answers_the_same_for_an_address_that_nobody_has() -> None:
    bob(password=PASSWORD)
    known = [guess(1, "bob@example.com") for _ in range(5)]
    unknown = [guess(1, "eve@example.com") for _ in range(5)]

    def seen(answers: list[Any], login: str) -> list[Any]:
        return [(a.status_code, a.get("Retry-After"), _plain(a.content.decode(), login)) for a in answers]

    assert seen(known, "bob@example.com") == seen(unknown, "eve@example.com")


class Counted(MD5PasswordHasher):
    """Counts what takes the time: hashing."""

    algorithm = "counted"
    hashed = 0

    def encode(self, password: str, salt: str) -> str:
        Counted.hashed += 1
        return super().encode(password, salt)


def test_takes_the_same_time_for_an_address_that_nobody_has(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["tests.directpay.people.test_lock_out.Counted"]
    bob(password=PASSWORD), alice()
    work = {}
    for login in ("bob@example.com", "alice@example.com", "eve@example.com"):
        Counted.hashed = 0
        assert guess(1, login).status_code == 200
        work[login] = Counted.hashed
    assert len(set(work.values())) == 1, work


def test_lets_a_new_password_by_mail_open_the_door_at_once() -> None:
    bob(password=PASSWORD)
    guess(5)
    client = Client()
    client.post("/accounts/password/reset/", {"email": "bob@example.com"}, REMOTE_ADDR=HOME)
    link = next(word for word in mail.outbox[-1].body.split() if "/password/reset/key/" in word).split("testserver", 1)[1]
    form = client.get(link, follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "a new horse battery", "password2": "a new horse battery"}, REMOTE_ADDR=HOME)
    assert signed_in(try_to_sign_in("bob@example.com", "a new horse battery"))
    assert "user.password_set" in Event.objects.values_list("type", flat=True)


def test_is_the_one_door_of_the_admin_too() -> None:
    sam(superuser=True, password=PASSWORD)
    guess(5, "sam@example.com")
    client = Client()
    answer = client.post("/admin/login/", {"username": "sam@example.com", "password": PASSWORD}, REMOTE_ADDR=HOME)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/")
    assert "_auth_user_id" not in client.session


def test_counts_a_password_that_is_asked_for_once_more() -> None:
    """A stolen session does not help to guess the password."""
    renter = bob(password=PASSWORD)
    client = Client()
    client.force_login(renter)
    for _ in range(4):
        assert client.post("/accounts/reauthenticate/", {"password": "wrong"}, REMOTE_ADDR=HOME).status_code == 200
    assert client.post("/accounts/reauthenticate/", {"password": "wrong"}, REMOTE_ADDR=HOME).status_code == 429
    assert try_to_sign_in("bob@example.com", PASSWORD).status_code == 429
    set_clock(AT + timedelta(minutes=16), frozen=True)
    assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}, REMOTE_ADDR=HOME).status_code == 302


def test_keeps_nothing_of_what_was_typed_but_the_account() -> None:
    guess(1, "eve@example.com")
    kept = AccessAttempt.objects.get()
    assert (kept.username, kept.ip_address) == ("eve@example.com", HOME)
    assert "eve" not in kept.post_data
    assert "wrong" not in kept.post_data


def test_says_when_to_come_back_to_those_who_only_ask_too_often() -> None:
    """allauth's own limits, of mails with links for one: they run by the machine's clock."""
    answers = [Client().post("/accounts/password/reset/", {"email": "bob@example.com"}, REMOTE_ADDR=HOME) for _ in range(6)]
    assert (answers[-1].status_code, answers[-1]["Retry-After"]) == (429, "60")


def test_bears_nonsense_as_an_account() -> None:
    for login in ("", "\0", "x" * 5_000, "é@ü.example", "' OR 1=1 --"):
        assert try_to_sign_in(login, "wrong").status_code == 200


# --- staff ---


def test_is_lifted_by_staff_after_a_look() -> None:
    renter = bob(password=PASSWORD)
    guess(5), guess(5, "eve@example.com")
    staff = Client()
    staff.force_login(sam(superuser=True))
    form = {"action": "lift", "_selected_action": list(AccessAttempt.objects.values_list("id", flat=True))}
    preview = staff.post("/admin/axes/accessattempt/", form)
    assert HOME in preview.content.decode()
    assert try_to_sign_in("bob@example.com", PASSWORD).status_code == 429
    assert staff.post("/admin/axes/accessattempt/", form | {"confirmed": "yes"}).status_code == 302
    assert signed_in(try_to_sign_in("bob@example.com", PASSWORD))
    fact = Event.objects.get(type="user.unlocked")
    assert (fact.object_id, fact.actor[:9]) == (renter.public_id, "user:usr_")
    assert "eve" not in str(fact.data)


def test_is_lifted_by_nobody_else() -> None:
    guess(5)
    with pytest.raises(NotAllowed):
        lift_locks(actor=as_user(bob()), at=clock.now(), attempts=list(AccessAttempt.objects.all()))
    staff = Client()
    staff.force_login(sam())  # without the right
    attempt = AccessAttempt.objects.get()
    staff.post("/admin/axes/accessattempt/", {"action": "lift", "confirmed": "yes", "_selected_action": [attempt.id]})
    assert AccessAttempt.objects.exists()


@pytest.mark.parametrize("row", ["x", "1'", "9" * 5000, "\0"])
def test_rows_that_are_none_are_told_so(row: str) -> None:
    guess(5)
    staff = Client()
    staff.force_login(sam(superuser=True))
    form = {"action": "lift", "confirmed": "yes", "_selected_action": [row]}
    assert "nothing was changed" in staff.post("/admin/axes/accessattempt/", form, follow=True).content.decode()
    assert AccessAttempt.objects.exists()


# --- from where ---


def asked(forwarded: str | None = None, peer: str = "10.0.0.2") -> Any:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)


def test_believes_no_header_unless_a_proxy_of_ours_writes_it() -> None:
    bob(password=PASSWORD)
    assert address_of(asked("1.2.3.4")) == "10.0.0.2"
    answers = [try_to_sign_in("bob@example.com", "wrong", **{"X-Forwarded-For": f"192.0.2.{n}"}) for n in range(5)]
    assert answers[-1].status_code == 429


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (1, "203.0.113.7", "203.0.113.7"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),  # the caller wrote the first
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.2"),  # came past a proxy
        (1, None, "10.0.0.2"),
        (1, "nonsense", "10.0.0.2"),
        (1, "::ffff:203.0.113.7", "203.0.113.7"),
        (1, "fe80::1%eth0", "fe80::1"),
    ],
)
def test_reads_as_many_hops_as_there_are_proxies(settings: Any, proxies: int, forwarded: str | None, address: str) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert address_of(asked(forwarded)) == address


def test_counts_ipv6_by_the_network_that_one_customer_has() -> None:
    assert network_of(asked(peer="2001:db8:1:2:aaaa::1")) == network_of(asked(peer="2001:db8:1:2:bbbb::2")) == "2001:db8:1:2::"
    assert network_of(asked(peer="2001:db8:1:3::1")) != network_of(asked(peer="2001:db8:1:2::1"))
    assert network_of(asked(peer="")) == "0.0.0.0"
    bob(password=PASSWORD)
    answers = [guess(1, address=f"2001:db8:1:2::{n}") for n in range(1, 6)]
    assert answers[-1].status_code == 429


def _plain(page: str, login: str) -> str:
    """Without what was typed and what is random."""
    lines = page.replace(login, "…").splitlines()
    return "\n".join(line for line in lines if "csrfmiddlewaretoken" not in line)
