"""So much a second, and so much at once: counted for all processes together, and never in the way when nobody counts."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from directpay.api import docs
from directpay.api.limits import rates
from directpay.api.limits.rates import Bucket, Left, Rate, RateLimited, spend
from directpay.breakers.pause import Pause
from directpay.ops.places import free_port
from tests.directpay.cast import Caller, alice, bob, error_of, key_of, platform

NOW = 1_800_000_000_000_000
KEY, ADDRESS = Bucket("key", "1"), Bucket("address", "10.0.0.1")


@pytest.fixture(autouse=True)
def _rates(settings, valkey):
    settings.RATES = {"key": "10/3", "user": "0", "address": "100/5"}
    rates._pause = Pause()


class TestABucket:
    def test_lets_a_burst_pass_and_then_one_after_the_other(self):
        assert [spend([KEY], NOW) for _ in range(3)] == [Left(3, 2, 1), Left(3, 1, 1), Left(3, 0, 1)]
        with pytest.raises(RateLimited) as refused:
            spend([KEY], NOW)
        assert (refused.value.retry_after_seconds, refused.value.details) == (1, {"limit": "key"})
        with pytest.raises(RateLimited):
            spend([KEY], NOW + 99_999)
        assert spend([KEY], NOW + 100_000) == Left(3, 0, 1)
        assert spend([KEY], NOW + 10_000_000) == Left(3, 2, 1)

    def test_says_how_long_to_wait(self, settings):
        settings.RATES = {"key": "1/120"}
        for _ in range(120):
            left = spend([KEY], NOW)
        assert left == Left(120, 0, 120)
        for n in range(30):
            spend([KEY], NOW + (n + 1) * 1_000_000)
        with pytest.raises(RateLimited) as refused:
            spend([KEY], NOW + 30_500_000)
        assert refused.value.retry_after_seconds == 1

    def test_is_one_of_each_name(self):
        for _ in range(3):
            spend([KEY], NOW)
        assert spend([Bucket("key", "2")], NOW) == Left(3, 2, 1)

    def test_charges_all_or_none(self):
        for n in range(5):
            spend([ADDRESS, Bucket("key", f"other {n}")], NOW)
        with pytest.raises(RateLimited) as refused:
            spend([KEY, ADDRESS], NOW)
        assert refused.value.details == {"limit": "address"}
        assert spend([KEY], NOW) == Left(3, 2, 1), "the key was not charged for what its address was refused"

    def test_without_a_rate_has_no_end(self, settings):
        settings.RATES = {"key": "0"}
        assert {spend([KEY], NOW) for _ in range(20)} == {None}

    def test_forgets_itself_when_it_is_full_again(self, valkey):
        spend([KEY], NOW)
        assert 0 < valkey.pttl("rate:key:1") <= 1_000


def test_everything_passes_while_nobody_counts(settings, caplog):
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port(11_000)}/0"
    assert [spend([KEY], NOW) for _ in range(5)] == [None] * 5
    assert caplog.text.count("nobody counts requests") == 1, "and it is not asked again at once"


@pytest.mark.parametrize(("text", "rate"), [("100/500", Rate(100, 500)), ("7", Rate(7, 7)), ("0", Rate(0, 0))])
def test_reads_a_rate(text, rate):
    assert rates.rates(text) == rate


@pytest.mark.parametrize("text", ["", "a/b", "-1", "5/0", "1/2/3"])
def test_refuses_what_is_none(text):
    with pytest.raises(ImproperlyConfigured, match="rate"):
        rates.rates(text)


@pytest.mark.django_db
class TestTheApi:
    def test_says_what_is_left_and_refuses_in_its_own_shape(self, settings):
        settings.RATES = {"key": "1/3", "user": "0", "address": "0"}
        caller = platform()
        answers = [caller.get("/api/v1/users") for _ in range(4)]
        assert [(a.status_code, a.headers.get("RateLimit-Remaining")) for a in answers] == [(200, "2"), (200, "1"), (200, "0"), (429, None)]
        assert answers[0]["RateLimit-Limit"] == "3"
        assert answers[3]["Retry-After"] == "1"
        assert error_of(answers[3])["type"] == "rate_limit_error"
        assert error_of(answers[3])["limit"] == "key"

    def test_counts_the_keys_of_one_person_together(self, settings):
        settings.RATES = {"key": "1/100", "user": "1/3", "address": "0"}
        owner = alice()
        callers = [Caller(key_of(owner)), Caller(key_of(owner))]
        assert [callers[n % 2].get("/api/v1/users").status_code for n in range(4)] == [200, 200, 200, 429]
        assert Caller(key_of(bob())).get("/api/v1/users").status_code == 200

    def test_counts_those_who_try_keys_by_their_address(self, settings):
        settings.RATES = {"key": "0", "user": "0", "address": "1/2"}
        liar = Caller("sk_test_" + "x" * 24)
        assert [liar.get("/api/v1/users").status_code for _ in range(3)] == [401, 401, 429]

    def test_does_nothing_of_what_it_refuses(self, settings):
        settings.RATES = {"key": "1/1", "user": "0", "address": "0"}
        caller = platform()
        caller.get("/api/v1/users")
        body = {"email": "new@example.com", "name": "N", "role": "renter"}
        assert caller.post("/api/v1/users", body, key="k1").status_code == 429
        settings.RATES = {"key": "0", "user": "0", "address": "0"}
        assert caller.post("/api/v1/users", body, key="k1").status_code == 201, "the key was not used up"


@pytest.mark.django_db
class TestWhatIsRefusedIsChargedToo:
    """Or whoever holds a key that may nothing asks without end."""

    @pytest.fixture(autouse=True)
    def _two(self, settings):
        settings.RATES = {"key": "1/2", "user": "0", "address": "0"}

    def statuses(self, ask) -> list[int]:
        answers = [ask() for _ in range(3)]
        assert answers[0]["RateLimit-Remaining"] == "1"
        return [answer.status_code for answer in answers]

    def test_of_a_publishable_key(self):
        caller = Caller(key_of(alice(), kind="publishable"))
        assert self.statuses(lambda: caller.get("/api/v1/users")) == [403, 403, 429]

    def test_of_a_version_that_there_is_not(self):
        caller = Caller(key_of(alice()))
        assert self.statuses(lambda: caller.get("/api/v1/users", **{"Stripe-Version": "yesterday"})) == [400, 400, 429]

    def test_of_a_key_that_only_reads(self):
        caller = Caller(key_of(alice(), scopes=["read"]))
        assert self.statuses(lambda: caller.post("/api/v1/users", {})) == [403, 403, 429]


def test_the_schema_counts_by_address_and_is_written_once(db, client, settings):
    settings.RATES = {"key": "0", "user": "0", "address": "0"}
    first = client.get("/api/schema/?format=json")
    built = docs._written.cache_info().misses
    again = client.get("/api/schema/?format=json")
    known = client.get("/api/schema/?format=json", headers={"If-None-Match": first["ETag"]})
    assert (again.content == first.content, docs._written.cache_info().misses) == (True, built)
    assert (known.status_code, known.content) == (304, b"")
    settings.RATES = {"key": "0", "user": "0", "address": "1/1"}
    refused = next(answer for _ in range(5) if (answer := client.get("/api/schema/?format=json")).status_code == 429)
    assert refused.json()["error"]["code"] == "rate_limited"


@pytest.mark.django_db
def test_pages_count_by_address(client, settings):
    settings.RATES = {"key": "0", "user": "0", "address": "1/2"}
    answers = [client.get("/accounts/login/") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2]["Retry-After"] == "1"
    assert client.get("/health").status_code == 200
