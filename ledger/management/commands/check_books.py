import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from directpay.kernel import clock
from directpay.kernel.money import words
from directpay.people.actor import system
from ledger.integrity.actions import check_books
from ledger.integrity.models import Check
from ledger.integrity.queries import findings_of
from ledger.journal.invariants import Finding
from ledger.journal.queries import trial_balance

STATES = {"holds": "holds", "broken": "BROKEN", "not_applicable": "not yet"}


class Command(BaseCommand):
    help = "Ask every invariant of the books, and keep what each said. Exit status 1 if one is broken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        check = check_books(asked_by=system("check_books").label, at=clock.now())
        rows = trial_balance()
        off = [row for row in rows if row["difference"]]
        if options["json"]:
            self.stdout.write(json.dumps(_as_json(check, rows), indent=2, ensure_ascii=False))
        else:
            for finding in findings_of(check):
                self._say(finding)
            self.stdout.write(f"{check.holds} hold, {check.broken} are broken, {check.not_applicable} are not applicable yet")
            self.stdout.write(f"trial balance of {len(rows)} books: {off or 'zero'}")
        sys.exit(1 if off or check.broken else 0)

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"{finding.code:<5} {STATES[finding.state]:<7} {finding.sentence}")
        if finding.reason:
            self.stdout.write(f"              {finding.reason}")
        for currency, minor in finding.figures:
            self.stdout.write(f"              figure: {words(minor, currency)}")
        if finding.broken:
            by = "" if finding.off_minor is None else f", by {finding.off_minor} minor units"
            self.stdout.write(f"              in {finding.rows} rows{by}")
        for row in finding.broken:
            self.stdout.write("              " + ", ".join(f"{name} {cell}" for name, cell in zip(finding.columns, row, strict=True)))


def _as_json(check: Check, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "checked_at": check.at.isoformat(),
        "holds": check.holds,
        "broken": check.broken,
        "not_applicable": check.not_applicable,
        "invariants": [
            {
                "code": finding.code,
                "sentence": finding.sentence,
                "state": finding.state,
                "reason": finding.reason,
                "rows": finding.rows,
                "off_minor": finding.off_minor,
                "broken": [dict(zip(finding.columns, row, strict=True)) for row in finding.broken],
                "figures": [{"currency": currency, "minor": minor} for currency, minor in finding.figures],
            }
            for finding in findings_of(check)
        ],
        "trial_balance": rows,
    }
