"""The last check of the books as gauges. Before the first check there is nothing to tell but that there was none."""

from collections.abc import Iterator

from directpay.ops.metrics import Gauge
from ledger.integrity.queries import findings_of, latest_check


def collect() -> Iterator[Gauge]:
    check = latest_check()
    yield Gauge(
        "directpay_books_checked_timestamp_seconds",
        "When every invariant of the books was last asked; 0 if never.",
        [({}, int(check.at.timestamp()) if check else 0)],
    )
    findings = findings_of(check) if check else []
    asked = [finding for finding in findings if finding.applicable]
    yield Gauge(
        "directpay_invariant_applicable",
        "1 if the invariant could be asked; 0 while what it is about does not exist.",
        [({"code": f.code}, int(f.applicable)) for f in findings],
    )
    yield Gauge(
        "directpay_invariant_holds",
        "1 if it was asked and nothing is broken; without a sample if it could not be asked.",
        [({"code": f.code}, int(f.holds)) for f in asked],
    )
    yield Gauge(
        "directpay_invariant_broken_rows",
        "How many rows contradict it.",
        [({"code": f.code}, f.rows) for f in asked],
    )
    yield Gauge(
        "directpay_invariant_broken_minor",
        "By how much, in minor units: the absolute differences of all rows and currencies.",
        [({"code": f.code}, f.off_minor or 0) for f in asked],
    )
    yield Gauge(
        "directpay_invariant_figure_minor",
        "A figure that is told and not judged yet: the cover (I9b), good funds beyond what is payable (I10), positions (I23).",
        [({"code": f.code, "currency": currency}, minor) for f in findings for currency, minor in f.figures],
    )
