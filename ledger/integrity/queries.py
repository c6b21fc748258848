"""What the last check of the books said. Nothing here reads an entry: pages and metrics ask it as often as they like."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from ledger.integrity.models import Check
from ledger.journal.invariants import Finding


def latest_check() -> Check | None:
    return Check.objects.order_by("-at", "-id").first()


def findings_of(check: Check) -> list[Finding]:
    """As they were found, in the order of BOOKS.md."""
    return [_found(saved) for saved in check.findings]


def saved(finding: Finding) -> dict[str, Any]:
    """A finding as JSON keeps it: whole numbers stay numbers, every other cell becomes its text."""
    return {**asdict(finding), "broken": [[cell if isinstance(cell, int) else str(cell) for cell in row] for row in finding.broken]}


def _found(saved: Mapping[str, Any]) -> Finding:
    figures = tuple((currency, minor) for currency, minor in saved["figures"])
    return Finding(**{**saved, "broken": [tuple(row) for row in saved["broken"]], "columns": tuple(saved["columns"]), "figures": figures})
