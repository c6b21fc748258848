import sys
from typing import Any

from django.core.management.base import BaseCommand

from ledger.journal.invariants import check_invariants
from ledger.journal.queries import trial_balance


class Command(BaseCommand):
    help = "Ask every invariant of the books. Exit status 1 if one is broken."

    def handle(self, *args: Any, **options: Any) -> None:
        findings = check_invariants()
        for finding in findings:
            self.stdout.write(f"{finding.code:<5} {'holds' if finding.holds else 'BROKEN'}  {finding.sentence}")
            for row in finding.broken:
                self.stdout.write(f"        {row}")
        rows = trial_balance()
        off = [row for row in rows if row["difference"]]
        self.stdout.write(f"trial balance of {len(rows)} books: {off or 'zero'}")
        sys.exit(1 if off or not all(f.holds for f in findings) else 0)
