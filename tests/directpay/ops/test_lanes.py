"""The short way through the web server: the same answers, and none of what only people need."""

import io
import json

import pytest
from django.test import Client

from directpay.kernel import clock
from directpay.ops.lanes import Application
from tests.signals import growth
from tests.webhooks.inbound.signing import SECRET, as_bytes, stripe_event, stripe_header

COUNT = "http_request_duration_seconds_count"


class Server:
    """Calls the application as a WSGI server does."""

    def __init__(self) -> None:
        self.application = Application()

    def post(self, path: str, body: bytes, **headers: str) -> tuple[str, dict[str, str], bytes]:
        seen: list = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "wsgi.input": io.BytesIO(body),
            "wsgi.url_scheme": "http",
            "HTTP_HOST": "localhost",
            **headers,
        }
        answer = self.application(environ, lambda status, fields: seen.append((status, dict(fields))))
        return (*seen[0], b"".join(answer))


@pytest.fixture
def server(transactional_db, settings) -> Server:
    settings.STRIPE_WEBHOOK_SECRETS, settings.SEND_HINTS = [SECRET], False
    return Server()


def test_an_event_is_taken_as_by_the_long_way(server):
    body = as_bytes(stripe_event("evt_1"))
    signature = stripe_header(body, clock.now())
    status, fields, answer = server.post("/webhooks/stripe", body, HTTP_STRIPE_SIGNATURE=signature)
    again = Client().post("/webhooks/stripe", body, content_type="application/json", headers={"Stripe-Signature": signature})
    assert status == "200 OK"
    assert json.loads(answer) == {**again.json(), "status": "received"}
    assert fields["Content-Length"] == str(len(answer))
    assert fields["Request-Id"].startswith("req_")


def test_it_is_counted_by_its_route(server):
    labels = {"method": "POST", "route": "/webhooks/stripe", "status": "4xx"}
    with growth() as grown:
        status, _, _ = server.post("/webhooks/stripe", b"{}")
    assert grown.of(COUNT, **labels) == 1
    assert status.startswith("400")


def test_no_session_is_asked_for(server, django_assert_num_queries):
    body = as_bytes(stripe_event("evt_1"))
    headers = {"HTTP_STRIPE_SIGNATURE": stripe_header(body, clock.now()), "HTTP_COOKIE": "sessionid=" + "x" * 32}
    with django_assert_num_queries(1):  # one statement that reads the clock and keeps the event with its promise
        server.post("/webhooks/stripe", body, **headers)


def test_an_address_that_nobody_answers_to_is_not_found(server):
    assert server.post("/webhooks/square", b"{}")[0] == "404 Not Found"


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example"])
def test_a_host_that_is_not_ours_is_refused_as_on_the_long_way(server, host):
    assert [server.post(path, b"{}", HTTP_HOST=host)[0] for path in ("/webhooks/stripe", "/webhooks/square")] == ["400 Bad Request"] * 2


def test_everything_else_goes_the_long_way(server):
    assert "X-Frame-Options" in server.post("/api/v1/payments", b"{}")[1]
