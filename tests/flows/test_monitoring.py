"""The alerts and the dashboard name what a running installation really says, and every alert leads to a paragraph that exists."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import yaml
from django.conf import settings
from django.test import Client

from directpay.events.registry import LISTENERS, listen
from directpay.kernel import clock
from directpay.ops import heartbeat, tasks
from directpay.ops.clock import set_clock
from ledger.integrity.actions import check_books
from tests.architecture.tidiness import ROOT
from tests.directpay.cast import platform
from tests.promql import NotUnderstood, faults, labels_of, read
from tests.signals import samples_of
from tests.webhooks.inbound.signing import as_bytes, stripe_event, stripe_header
from tests.world import World

FOLDER = ROOT / "docs" / "monitoring"
OPERATIONS = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
OF_PROMETHEUS = {"up": [{"job": "directpay", "instance": "web:8000"}]}
Samples = dict[str, list[dict[str, str]]]


def alerts() -> dict[str, dict]:
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    return {rule["alert"]: rule for group in groups for rule in group["rules"]}


def panels() -> list[dict]:
    return [p for p in json.loads((FOLDER / "dashboard.json").read_text(encoding="utf-8"))["panels"] if p["type"] != "row"]


@pytest.fixture
def samples(transactional_db: None, valkey: object) -> Iterator[Samples]:
    """A payment over the API, sent twice and settled; a refusal; a page that breaks; a check of the books; a lagging listener; an event."""
    w = World()
    body = {"lease": w.lease().public_id, "rail": "instant", "bank_account": w.account(w.bob).public_id}
    caller = platform()
    listen("test.lagging", "payment.*", hear=lambda events: None)
    try:
        for key in ("k", "k", "other"):
            caller.post("/api/v1/payments", body, key=key)
        Client().get("/renter/")
        Client().get("/ready")
        told = as_bytes(stripe_event("evt_1"))
        proof = {"Stripe-Signature": stripe_header(told, clock.now(), settings.STRIPE_WEBHOOK_SECRETS[0])}
        Client().post("/webhooks/stripe", told, content_type="application/json", headers=proof)
        for _ in range(30):
            set_clock(clock.now() + timedelta(seconds=1), frozen=True)
            tasks.run_due()
        check_books(asked_by="test", at=clock.now())
        heartbeat.beat()
        for _ in range(100):  # statements are timed by chance
            caller.get("/api/v1/payments")
        shown = samples_of(caller.get("/metrics").content.decode())
        yield {name: rows for name, rows in shown.items() if not name.startswith("test_")} | OF_PROMETHEUS
    finally:
        del LISTENERS["test.lagging"]


def test_every_expression_names_what_there_is(samples: Samples) -> None:
    wrong = {name: found for name, rule in alerts().items() if (found := faults(rule["expr"], samples))}
    shown = [(panel["title"], target["expr"]) for panel in panels() for target in panel["targets"]]
    assert len(shown) > 25
    wrong |= {title: found for title, expression in shown if (found := faults(expression, samples))}
    assert wrong == {}


def test_every_text_names_labels_that_the_result_has(samples: Samples) -> None:
    wrong = []
    for name, rule in alerts().items():
        named = set(re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"]))
        wrong += [(name, named)] if named - labels_of(rule["expr"], samples) else []
    for panel in panels():
        for target in panel["targets"]:
            named = set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
            wrong += [(panel["title"], named)] if named - labels_of(target["expr"], samples) else []
    assert wrong == []


def test_the_founders_questions_have_answers(samples: Samples) -> None:
    for expression in (
        'rate(payment_requests_total{status="succeeded"}[5m])',
        "histogram_quantile(0.95, sum by (le) (rate(payment_processing_duration_seconds_bucket[5m])))",
        "idempotency_cache_hits_total",
    ):
        assert faults(expression, samples) == []


def test_every_metric_is_in_the_table_and_the_table_names_no_other(samples: Samples) -> None:
    section = OPERATIONS.split("## Metrics")[1].split("\nThe invariants are")[0]
    listed = set(re.findall(r"^\| `(\w+)", section, re.MULTILINE))
    families = {re.sub(r"_(bucket|sum|count)$", "", name) for name in samples} - set(OF_PROMETHEUS)
    assert families == listed
    for name, rows in samples.items():
        labels = {label for row in rows for label in row} - {"le"}
        row = next((line for line in section.splitlines() if f"`{re.sub(r'_(bucket|sum|count)$', '', name)}" in line), "")
        assert name in OF_PROMETHEUS or all(label in row for label in labels), f"{name}: the table leaves out one of {labels}"


def test_every_series_is_bounded(samples: Samples) -> None:
    """No id, no address, no name of a person is a label."""
    texts = {text for rows in samples.values() for row in rows for label, text in row.items() if label not in ("le", "revision")}
    assert [text for text in texts if re.search(r"[a-z]+_[0-9A-Za-z]{24}|@|\d{6}", text)] == []


@pytest.mark.parametrize("name", alerts())
def test_every_alert_says_what_is_the_matter_and_leads_to_what_to_do(name: str) -> None:
    rule = alerts()[name]
    assert rule["annotations"]["summary"]
    assert rule["labels"]["severity"] in ("page", "ticket")
    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert file == "docs/operations.md"
    section = OPERATIONS.split("\n## Alerts")[1].split("\n## ")[0]
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", section, re.MULTILINE)}
    assert anchor == name.lower()
    assert anchor in headings


def test_no_paragraph_is_about_an_alert_that_is_gone() -> None:
    section = OPERATIONS.split("\n## Alerts")[1].split("\n## ")[0]
    assert set(re.findall(r"^### (\w+)$", section, re.MULTILINE)) == set(alerts())


def test_what_is_scraped_is_where_the_metrics_are() -> None:
    scraped = yaml.safe_load((FOLDER / "prometheus.yml").read_text(encoding="utf-8"))
    (job,) = scraped["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("directpay", "/metrics")
    assert scraped["rule_files"] == ["alerts.yml"]


SOME: Samples = {"a_total": [{"status": "ok", "rail": "ach"}], "b_bucket": [{"le": "1", "route": "/x"}], "c": [{}]}


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ('rate(b_total{status="ok"}[5m])', "no metric b_total"),
        ('a_total{state="ok"}', "a_total has no label state"),
        ('a_total{status="well"}', "a_total has no status='well'"),
        ('a_total{status=~"well|fine"}', "a_total has no status=~'well|fine'"),
        ("sum by (le, rail) (rate(b_bucket[5m]))", "b_bucket has no label rail to group by"),
        ("c / on (rail) a_total or d", "no metric d"),
    ],
)
def test_a_name_that_is_not_there_is_found(expression: str, fault: str) -> None:
    assert faults(expression, SOME) == [fault]


@pytest.mark.parametrize(
    "expression",
    [
        'histogram_quantile(0.95, sum by (le) (rate(b_bucket{route=~"/.*"}[5m]))) > 1',
        'sum by (rail) (increase(a_total{status!="bad"}[1h])) / sum by (rail) (increase(a_total[1h])) > 0.2 and c > 5',
        "count(c == 0) or vector(0)",
        "time() - c > 2 * 86400",
    ],
)
def test_what_is_there_is_no_fault(expression: str) -> None:
    assert faults(expression, SOME) == []


@pytest.mark.parametrize("expression", ["sum(c", 'a_total{status="ok"', "a ; b", 'a_total{status "ok"}', "sum by c"])
def test_what_prometheus_would_refuse_is_not_understood(expression: str) -> None:
    with pytest.raises(NotUnderstood):
        read(expression)
