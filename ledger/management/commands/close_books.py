from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from directpay.kernel import clock
from directpay.kernel.errors import DirectPayError
from directpay.people.actor import system
from ledger.journal.actions.periods import close_period
from ledger.journal.models import Book


class Command(BaseCommand):
    help = "Close books through a day that is over. What comes later for these days is recorded in the open period."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("through", type=date.fromisoformat, help="the last day of the period, YYYY-MM-DD")
        parser.add_argument("--book", help="P, or a payee's id; all books without it")

    def handle(self, *args: Any, **options: Any) -> None:
        books = Book.objects.order_by("id")
        if options["book"]:
            books = books.filter(kind="P") if options["book"] == "P" else books.filter(subject=options["book"])
        if not books.exists():
            raise CommandError(f"There is no book {options['book'] or ''}".rstrip() + ".")
        for book in books:
            try:
                period = close_period(book, options["through"], actor=system("close_books"), at=clock.now())
            except DirectPayError as error:
                raise CommandError(error.message) from error
            self.stdout.write(f"{book} is closed through {period.through_on} ({period.public_id}).")
