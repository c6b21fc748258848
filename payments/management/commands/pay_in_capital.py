from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from directpay.kernel import clock
from payments.reconciliation.actions import pay_in_capital


class Command(BaseCommand):
    help = "Record the company's own money in its own bank account. The same reference again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("amount_minor", type=int)
        parser.add_argument("--currency", default="usd")
        parser.add_argument("--reference", default="opening")

    def handle(self, *args: Any, **options: Any) -> None:
        pay_in_capital(options["amount_minor"], currency=options["currency"], reference=options["reference"], at=clock.now())
