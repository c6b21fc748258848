"""What questions cost as the books grow: 10^4 to 10^7 entries, a sixth of them on the rail's one clearing account.

Entries are written through `post_many`, in sets, at the pace that makes the last size in a year, with checkpoints made every day as
the due work does. At each size the same questions are asked of the hottest account.
"""

import itertools
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg
from django.db import connection

from bench.cast import Cast, make_cast
from bench.measure import Result, Row, in_turns, median, milliseconds
from bench.place import Place
from directpay.events.unit import unit_of_work
from directpay.ops.partitions import make_partitions
from ledger.journal.actions import post_many
from ledger.journal.actions.watermarks import make_checkpoints, mark, span
from ledger.journal.models import Account, Entry, Watermark
from ledger.journal.queries import balance_as_of, balance_of, statement

SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
FIRST, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 360
SET = 1_000


def growth(place: Place, *, short: bool = False) -> Result:
    """Each size goes on from the one before. Ten million entries take about three minutes to write."""
    sizes, rounds = ((600, 1_200), 3) if short else (SIZES, 15)
    make_partitions(FIRST.date(), (FIRST + timedelta(days=DAYS)).date())
    cast = make_cast(50 if short else 10_000, "grow")
    columns = ["balance", "as-of", "as-of and known-at", "newest page", "page in the middle", "as-of, summed plainly", "posting 1,000"]
    result = Result("As the books grow (the clearing account has a sixth of all entries)", columns)
    numbers = itertools.count()
    for size in sizes:
        share = _write(cast, size, sizes[-1], numbers) / sizes[-1]
        with psycopg.connect(place.superuser_url, autocommit=True) as superuser:
            superuser.execute("VACUUM (ANALYZE) ledger_entry, ledger_transaction, ledger_account, ledger_checkpoint")
        taken = in_turns(_questions(cast, share), rounds)
        taken |= in_turns({"post": lambda share=share: _post(cast, share, numbers)}, rounds // 3)
        result.rows.append(Row(f"{size:,} entries", [milliseconds(median(seconds)) for seconds in taken.values()]))
    first, last = result.rows[0].figures, result.rows[-1].figures
    result.note = (
        f"From {sizes[0]:,} to {sizes[-1]:,} entries a balance goes from {first[0]} to {last[0]}, "
        f"an as-of balance from {first[1]} to {last[1]}."
    )
    return result


def _write(cast: Cast, target: int, total: int, numbers: "itertools.count[int]") -> int:
    """Go on until `target` entries stand, at the pace that makes `total` in a year; each day is summed up at its end."""
    rng = random.Random(target)
    written = Entry.objects.filter(account_id=cast.clearing.id).count() * 6
    while written < target:
        moment = _moment(written / total)
        payments = min(SET, (target - written + 5) // 6)
        postings = [
            cast.payment(n, rng.randrange(len(cast.payees)), at=moment.date() - timedelta(days=rng.choice((0, 0, 0, 1, 2))))
            for n in itertools.islice(numbers, payments)
        ]
        with unit_of_work():
            post_many(postings, at=moment)
        written += payments * 6
        if _moment(written / total).date() > moment.date():
            with unit_of_work():
                mark(moment)
            make_checkpoints()
    with unit_of_work():
        mark(_moment(written / total))
    return written


def _moment(share: float) -> datetime:
    """So far into the year; what is posted beyond the last size stays at its end."""
    return FIRST + timedelta(seconds=int(min(share, 1) * DAYS * 86_400))


def _questions(cast: Cast, share: float) -> dict[str, Callable[[], float | None]]:
    account = Account.objects.get(id=cast.clearing.id)
    middle = _moment(share / 2)
    watermark = Watermark.objects.filter(at__gte=middle).order_by("at", "id").first()
    assert watermark
    latest = Watermark.objects.order_by("-at", "-id").first()
    assert latest
    start = _moment(share / 3).date()
    newest = span(latest.at - timedelta(days=1), latest.at, now=latest.at)
    between = span(middle - timedelta(days=1), middle, now=latest.at)

    def plain() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(amount_minor) FROM ledger_entry WHERE account_id = %s AND effective_on <= %s", [account.id, start])
            cursor.fetchone()

    def ask(question: Callable[[], object]) -> Callable[[], None]:
        def asked() -> None:
            question()

        return asked

    return {
        "balance": ask(lambda: balance_of(account.id)),
        "as of": ask(lambda: balance_as_of(account.id, start)),
        "known": ask(lambda: balance_as_of(account.id, start, known_at=middle, watermark=watermark)),
        "newest": ask(lambda: statement(account, newest)),
        "middle": ask(lambda: statement(account, between)),
        "summed": ask(plain),
    }


def _post(cast: Cast, share: float, numbers: "itertools.count[int]") -> float:
    postings = [cast.payment(n, n) for n in itertools.islice(numbers, SET)]
    start = time.perf_counter()
    with unit_of_work():
        post_many(postings, at=_moment(share))
    return time.perf_counter() - start
