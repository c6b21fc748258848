"""Requests in figures and in the log: by route, never by address."""

import json

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from directpay.ops.access import template_of
from tests.directpay.cast import platform
from tests.directpay.ops.test_logs import Lines
from tests.signals import growth, sample

COUNT = "http_request_duration_seconds_count"


@pytest.mark.parametrize(
    ("pattern", "template"),
    [
        ("api/v1/payments/<str:id>/cancel", "/api/v1/payments/{id}/cancel"),
        (r"^api(?:/|$)", "/api/"),
        (r"^accounts/(?:email|confirm-email)/", "/accounts/email/"),
        (r"admin/^password/(?P<id>[^/]+(?:x)?)/$", "/admin/password/{id}/"),
        (r"api/v1/^payments/(?P<id>[0-9A-Za-z_]{1,80})/?$", "/api/v1/payments/{id}"),
        ("health", "/health"),
    ],
)
def test_a_route_is_shown_as_a_template(pattern, template):
    assert template_of(pattern) == template


def routes(resolver: URLResolver | None = None, prefix: str = "") -> list[str]:
    found = []
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            found += routes(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            found.append(prefix + str(entry.pattern))
    return found


def test_every_route_of_the_house_is_words_and_braces():
    strange = [template_of(route) for route in routes() if set(template_of(route)) & set("^$()?\\<>|*+[]")]
    assert strange == []


@pytest.mark.django_db
def test_counts_by_route_method_and_class_of_status(client):
    caller = platform()
    with growth() as grown:
        for number in range(3):
            caller.get(f"/api/v1/payments/pay_{number}")
            client.get(f"/nowhere/{number}")
        client.get("/health")
        client.get("/static/none.css")
        client.generic("BREW", "/health")
    assert grown.of(COUNT, method="GET", route="/api/v1/payments/{id}", status="4xx") == 3
    assert grown.of(COUNT, method="GET", route="unmatched", status="4xx") == 3
    assert grown.of(COUNT, method="GET", route="/health", status="2xx") == 1
    assert grown.of(COUNT, method="GET", route="static", status="4xx") == 1
    assert grown.of(COUNT, method="other", route="/health", status="4xx") == 1
    assert sample("http_requests_in_flight") == 0


@pytest.mark.django_db
def test_one_line_for_each_request_but_for_probes_that_are_well(client, settings):
    def answered(lines: Lines) -> list[dict]:
        return [line for line in lines.objects if line.get("event") == "request_answered"]

    with Lines("json") as lines:
        client.get("/health")
        client.get("/api/v1/nothing?email=bob@example.com", headers={"Request-Id": "mine-1"})
    (line,) = answered(lines)
    assert (line["method"], line["status"], line["request_id"]) == ("GET", 404, "mine-1")
    assert line["route"] == "/api/"
    assert line["milliseconds"] >= 0
    assert "bob" not in json.dumps(line)
    settings.ACCESS_LOG = False
    with Lines("json") as lines:
        client.get("/api/v1/nothing")
    assert answered(lines) == []
