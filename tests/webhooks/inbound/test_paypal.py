"""PayPal's signature: a genuine transmission of 2017, and our own authority for everything that must be refused."""

import json
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests import services
from tests.webhooks.inbound.signing import CERT_URL, WEBHOOK_ID, FakePayPal, as_bytes, standard_headers
from webhooks.inbound.providers.base import NotConfigured
from webhooks.inbound.providers.certificates import FETCHES_PER_MINUTE, KEPT_SECONDS, CannotFetch, Certificates
from webhooks.inbound.providers.paypal import PayPal
from webhooks.inbound.providers.paypal_api import CannotAsk
from webhooks.inbound.signatures import SignatureRefused

NOW = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
BODY = as_bytes({"id": "WH-1", "event_type": "PAYMENT.CAPTURE.COMPLETED", "resource": {"id": "CAP-1", "custom_id": "pay_1"}})
CASES = services.ROOT.parent / "shared" / "cases" / "paypal"


@pytest.fixture(autouse=True)
def by_certificate(settings):
    settings.PAYPAL_VERIFY = "certificate"


@pytest.fixture
def paypal():
    return FakePayPal(NOW)


@pytest.fixture
def provider(paypal, settings):
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    return PayPal(Certificates(sandbox=True, ask=paypal.ask, roots=paypal.roots))


def refused(provider, headers, body=BODY, at=NOW) -> str:
    with pytest.raises(SignatureRefused) as error:
        provider.check(headers, body, [at])
    return error.value.code


def test_it_works(provider, paypal):
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW])
    assert paypal.asked == [CERT_URL]


def test_the_certificate_is_kept(provider, paypal):
    for _ in range(3):
        provider.check(paypal.headers(BODY, NOW), BODY, [NOW])
    assert paypal.asked == [CERT_URL]


@pytest.mark.parametrize("name", ["transmission-id", "transmission-time", "transmission-sig", "cert-url", "auth-algo"])
def test_every_header_is_needed(provider, paypal, name):
    headers = paypal.headers(BODY, NOW)
    del headers[f"paypal-{name}"]
    assert refused(provider, headers) == "signature_missing"


def test_another_body_time_id_or_webhook_is_refused(provider, paypal, settings):
    assert refused(provider, paypal.headers(BODY, NOW), BODY + b" ") == "signature_invalid"
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-transmission-time": "2026-11-02T15:00:01Z"})) == "signature_invalid"
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-transmission-id": "tx-2"})) == "signature_invalid"
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-transmission-sig": "no base64"})) == "signature_invalid"
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-auth-algo": "NotToBeFound"})) == "signature_malformed"
    settings.PAYPAL_WEBHOOK_ID = "NotToBeFound"
    assert refused(provider, paypal.headers(BODY, NOW)) == "signature_invalid"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com.evil.example/v1/notifications/certs/CERT-1",
        "https://evil.example/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com@evil.example/v1/notifications/certs/CERT-1",
        "https://user:secret@api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com:8443/v1/notifications/certs/CERT-1",
        "https://api.sandbox.paypal.com/v1/notifications/../../evil",
        "https://api.sandbox.paypal.com/evil",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1?n=1",
        "https://api.sandbox.paypal.com/v1/notifications/certs/CERT-1#1",
        "https://evil.example\\@api.sandbox.paypal.com/v1/notifications/certs/CERT-1",
        "https://[::1/v1/notifications/",
        "https://api.sandbox.paypal.com:x/v1/notifications/",
        "file:///etc/passwd",
    ],
)
def test_certificates_of_other_addresses_are_not_fetched(provider, paypal, url):
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-cert-url": url})) == "certificate_address"
    assert not paypal.asked


def test_live_mode_takes_no_certificate_of_the_sandbox(paypal, settings):
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    live = PayPal(Certificates(sandbox=False, ask=paypal.ask, roots=paypal.roots))
    assert refused(live, paypal.headers(BODY, NOW)) == "certificate_address"
    elsewhere = CERT_URL.replace("api.sandbox.", "api.")
    assert refused(live, paypal.headers(BODY, NOW, **{"paypal-cert-url": elsewhere})) == "certificate_invalid"


def test_a_chain_that_ends_elsewhere_is_refused(paypal, settings):
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    stranger = PayPal(Certificates(sandbox=True, ask=paypal.ask, roots=FakePayPal(NOW).roots))
    assert refused(stranger, paypal.headers(BODY, NOW)) == "certificate_invalid"


def test_a_certificate_of_another_name_is_refused(settings):
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    other = FakePayPal(NOW, host="www.paypal.com")
    provider = PayPal(Certificates(sandbox=True, ask=other.ask, roots=other.roots))
    assert refused(provider, other.headers(BODY, NOW)) == "certificate_invalid"


def test_an_expired_certificate_is_refused_also_when_it_is_kept(provider, paypal):
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW])
    later = NOW + timedelta(days=400)
    assert refused(provider, paypal.headers(BODY, later), at=later) == "certificate_invalid"


def test_what_is_no_certificate_is_refused(settings):
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    other = FakePayPal(NOW)
    provider = PayPal(Certificates(sandbox=True, ask=lambda url: b"<html>", roots=other.roots))
    assert refused(provider, other.headers(BODY, NOW)) == "certificate_invalid"


def test_an_old_or_future_transmission_is_refused(provider, paypal):
    for distance in (timedelta(days=4), -timedelta(minutes=6)):
        assert refused(provider, paypal.headers(BODY, NOW), at=NOW + distance) == "signature_stale"
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW + timedelta(days=3)])


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2026-11-02", "now", "2026-11-02T15:00:00"])
def test_a_time_that_is_none_is_refused(provider, paypal, moment):
    assert refused(provider, paypal.headers(BODY, NOW, **{"paypal-transmission-time": moment})) == "signature_malformed"


def test_a_create_time_beyond_all_calendars_is_read_as_none():
    assert PayPal().read(as_bytes({"id": "WH-1", "create_time": "0001-01-01T00:00:00+14:00"}), sandbox=True).occurred_at is None


def test_only_what_was_proven_is_kept(paypal, settings):
    """An answer that was wrong once does not shut out the true one for a day."""
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    stranger, first = FakePayPal(NOW), [True]

    def ask(url: str) -> bytes:
        return stranger.ask(url) if first.pop() else paypal.ask(url)

    provider = PayPal(Certificates(sandbox=True, ask=lambda url: ask(url) if first else paypal.ask(url), roots=paypal.roots))
    assert refused(provider, paypal.headers(BODY, NOW)) == "certificate_invalid"
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW])


def test_a_certificate_that_cannot_be_had_is_no_refusal(provider, paypal):
    """PayPal sends it again; a forger may not make us ask without end."""
    paypal.fails = True
    for n in range(FETCHES_PER_MINUTE + 5):
        with pytest.raises(CannotFetch):
            provider.check(paypal.headers(BODY, NOW, **{"paypal-cert-url": f"{CERT_URL}-{n}"}), BODY, [NOW])
    assert len(paypal.asked) == FETCHES_PER_MINUTE


def test_a_forger_cannot_use_up_what_a_known_certificate_needs(paypal, settings):
    """A day later it must be fetched again, while somebody names address after address."""
    settings.PAYPAL_WEBHOOK_ID = WEBHOOK_ID
    now = [0.0]
    provider = PayPal(Certificates(sandbox=True, ask=paypal.ask, roots=paypal.roots, clock=lambda: now[0]))
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW])
    now[0] += KEPT_SECONDS
    paypal.fails = True
    for n in range(FETCHES_PER_MINUTE):
        with pytest.raises(CannotFetch):
            provider.check(paypal.headers(BODY, NOW, **{"paypal-cert-url": f"{CERT_URL}-{n}"}), BODY, [NOW])
    paypal.fails = False
    provider.check(paypal.headers(BODY, NOW), BODY, [NOW])


def test_without_a_webhook_id_nothing_is_proven(provider, paypal, settings):
    settings.PAYPAL_WEBHOOK_ID = " "
    with pytest.raises(NotConfigured):
        provider.check(paypal.headers(BODY, NOW), BODY, [NOW])


@pytest.mark.skipif(not CASES.exists(), reason="../shared/cases is not here")
class TestTheGenuineTransmission:
    @pytest.fixture
    def case(self, settings):
        case = json.loads((CASES / "vector_2017.json").read_text())
        settings.PAYPAL_WEBHOOK_ID = case["webhook_id"]
        headers = {name.lower(): value for name, value in case["headers"].items()}
        return headers, (CASES / case["body_file"]).read_bytes(), datetime.fromisoformat(headers["paypal-transmission-time"])

    @pytest.fixture
    def genuine(self):
        """PayPal's own certificate of that time, its issuer's where it says that it stands, and the root."""

        def ask(url: str) -> bytes:
            return (CASES / ("cert_2017.pem" if "paypal" in url else "DigiCertSHA2ExtendedValidationServerCA.crt.pem")).read_bytes()

        return PayPal(Certificates(sandbox=True, ask=ask, roots=(CASES / "DigiCertHighAssuranceEVRootCA.crt.pem").read_bytes()))

    def test_is_accepted_at_its_time(self, genuine, case):
        headers, body, at = case
        genuine.check(headers, body, [at])

    def test_is_refused_today(self, genuine, case):
        headers, body, _ = case
        assert refused(genuine, headers, body, datetime.now(UTC)) == "signature_stale"
        with pytest.raises(SignatureRefused) as error:  # nor would its certificate be good any more
            genuine.known.verify(headers["paypal-cert-url"], headers["paypal-transmission-sig"], b"", [datetime.now(UTC)])
        assert error.value.code == "certificate_invalid"

    def test_is_refused_with_one_byte_more_or_written_anew(self, genuine, case):
        headers, body, at = case
        assert refused(genuine, headers, body + b"\n", at) == "signature_invalid"
        assert refused(genuine, headers, json.dumps(json.loads(body)).encode(), at) == "signature_invalid"


class TestByAskingPayPal:
    """A server of the test's that answers as PayPal's API does."""

    @pytest.fixture
    def asked(self, settings):
        found: dict = {"bodies": [], "status": "SUCCESS", "code": 200}

        class Answers(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                token = self.path == "/v1/oauth2/token"
                if not token:
                    found["bodies"].append(body)
                self.send_response(200 if token else found["code"])
                self.end_headers()
                self.wfile.write(as_bytes({"access_token": "A21"} if token else {"verification_status": found["status"]}))

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.PAYPAL_VERIFY, settings.PAYPAL_WEBHOOK_ID = "api", WEBHOOK_ID
        settings.PAYPAL_CLIENT_ID, settings.PAYPAL_CLIENT_SECRET = "client", "secret"
        settings.PAYPAL_API_BASE = f"http://127.0.0.1:{server.server_port}"
        yield found
        server.shutdown()
        server.server_close()

    def test_paypals_word_counts(self, provider, paypal, asked):
        odd = '{ "id":"WH-1" ,"resource":{"name":"Zoë"}}'.encode()
        provider.check(paypal.headers(odd, NOW), odd, [NOW])
        assert b'"webhook_event":' + odd in asked["bodies"][0]
        assert json.loads(asked["bodies"][0])["webhook_id"] == WEBHOOK_ID
        assert not paypal.asked
        asked["status"] = "FAILURE"
        assert refused(provider, paypal.headers(BODY, NOW)) == "signature_invalid"

    def test_a_body_cannot_smuggle_another_question(self, provider, paypal, asked):
        smuggled = BODY + b',"webhook_id":"of the forger"'
        assert refused(provider, paypal.headers(smuggled, NOW), smuggled) == "signature_malformed"
        assert not asked["bodies"]

    def test_silence_is_no_verdict(self, provider, paypal, asked, settings):
        asked["code"] = 500
        with pytest.raises(CannotAsk):
            provider.check(paypal.headers(BODY, NOW), BODY, [NOW])
        settings.PAYPAL_API_BASE = "http://127.0.0.1:9"
        with pytest.raises(CannotAsk):
            provider.check(paypal.headers(BODY, NOW), BODY, [NOW])


class TestDemo:
    KEY, SECRET = b"0123456789abcdef01234567", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"

    def test_a_shared_secret_in_the_sandbox_alone(self, provider, settings):
        settings.PAYPAL_VERIFY, settings.PAYPAL_DEMO_SECRET = "demo", self.SECRET
        provider.check(standard_headers(BODY, NOW, self.KEY), BODY, [NOW])
        settings.SANDBOX = False
        with pytest.raises(NotConfigured):
            provider.check(standard_headers(BODY, NOW, self.KEY), BODY, [NOW])
