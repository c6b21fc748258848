from typing import Any

from django.core.management.base import BaseCommand

from payments.chart.page import page


class Command(BaseCommand):
    help = "Print the chart of accounts and the posting kinds that the rooms registered, as Markdown."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(page(), ending="")
