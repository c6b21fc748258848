"""Eight writers on three hot and ten thousand spread accounts: a minute of it in `make chaos`, a few seconds in `make test`.

Each is a process with a connection of its own, posting sets and singles with accounts in any order, some of them refused, some
of them posted by two writers at once.
"""

import multiprocessing
import os
import random
import time
from typing import Any

import pytest
from django.db import connection, connections

from directpay.events.unit import unit_of_work
from ledger.journal.actions import Posting, PostingRefused, credit, debit, open_book, post_many
from ledger.journal.invariants import JOURNAL, check_invariants
from ledger.journal.models import Account
from tests.ledger.books import AT, DAY, account

LONG = os.environ.get("CHAOS") == "long"
SECONDS = 60 if LONG else 4
SPREAD = 10_000 if LONG else 1_000
WRITERS, HOT = 8, 3

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def make_accounts() -> tuple[list[Account], list[Account]]:
    """Hot: one without a floor, one by item, one that may not go below zero. Spread: receivables in one payee's book."""
    hot = [account("P4110", "hot"), account("P1210", "hot"), account("P1110", "hot")]
    with unit_of_work():
        book = open_book("L", "py_w", at=AT)
        plain = {"number": "L1500", "currency": "usd", "normal": 1, "fund": "operating", "floor": "any", "created_at": AT}
        spread = Account.objects.bulk_create(
            [Account(book=book, public_id=f"acct_w{n}", subject=f"lse_{n}:joint", **plain) for n in range(SPREAD)], batch_size=2_000
        )
    return hot, spread


def write(number: int, hot: list[Account], spread: list[Account], gate: Any, told: Any) -> None:
    """Until the time is over; every error but a refusal is told."""
    connections.close_all()
    rng = random.Random(number)
    done: dict[str, int] = {"posted": 0, "refused": 0, "standing": 0}
    errors: list[str] = []
    gate.wait()
    end = time.monotonic() + SECONDS
    turn = 0
    while time.monotonic() < end and not errors:
        turn += 1
        postings = [_posting(rng, number, turn, n, hot, spread) for n in range(rng.choice((1, 1, 5, 40)))]
        if rng.random() < 0.1:  # the same reference from several writers at the same time
            shared = f"shared:{turn // 10}"
            postings.append(Posting(shared, "test", DAY, [debit(hot[1], 3, shared), credit(hot[0], 3)]))
        rng.shuffle(postings)
        try:
            with unit_of_work():
                for result in post_many(postings, at=AT, refuse="each"):
                    done["refused" if result.refused else "posted" if result.new else "standing"] += 1
        except PostingRefused as error:
            errors.append(f"a set that may refuse each was refused: {error}")
        except Exception as error:
            errors.append(repr(error))
    connection.close()
    told.put((done, errors))


def _posting(rng: random.Random, writer: int, turn: int, n: int, hot: list[Account], spread: list[Account]) -> Posting:
    reference, amount = f"w:{writer}:{turn}:{n}", rng.randint(1, 1_000)
    if rng.random() < 0.5:
        one, two, three = rng.sample(spread, 3)
        legs = [debit(one, amount + 1), credit(two, amount), credit(three, 1)]
    elif rng.random() < 0.5:  # now and then more than the bank has
        legs = [credit(hot[2], amount), debit(hot[1], amount, reference)]
    else:
        legs = [debit(hot[2], amount), credit(hot[0], amount)]
    rng.shuffle(legs)
    return Posting(reference, "test", DAY, legs)


def test_eight_writers_meet_no_deadlock_and_lose_nothing():
    hot, spread = make_accounts()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    gate, told = context.Barrier(WRITERS), context.Queue()
    processes = [context.Process(target=write, args=(n, hot, spread, gate, told)) for n in range(WRITERS)]
    for process in processes:
        process.start()
    answers = [told.get(timeout=SECONDS + 60) for _ in processes]
    for process in processes:
        process.join()
    assert [errors for _, errors in answers if errors] == []
    posted, refused, standing = (sum(done[what] for done, _ in answers) for what in ("posted", "refused", "standing"))
    print(
        f"{posted:,} posted in {SECONDS} s by {WRITERS} writers, {refused:,} refused, {standing:,} stood already: {posted / SECONDS:,.0f}/s"
    )
    assert posted > 100
    assert refused > 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM ledger_transaction")
        assert cursor.fetchone()[0] == posted
        cursor.execute(
            """SELECT count(*) FROM (SELECT seq - lag(seq, 1, 0::bigint) OVER w AS step, amount_minor,
                 balance_after - lag(balance_after, 1, 0::bigint) OVER w AS moved FROM ledger_entry
                 WINDOW w AS (PARTITION BY account_id ORDER BY seq)) AS x WHERE step <> 1 OR moved <> amount_minor"""
        )
        assert cursor.fetchone()[0] == 0, "a sequence without gaps, and a running balance at every step"
    own = {invariant.code for invariant in JOURNAL}
    assert not [(f.code, f.broken) for f in check_invariants() if f.code in own and f.broken]
