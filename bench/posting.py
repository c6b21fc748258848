"""Posting beside the bare statement: in sets, on one hot payee, one by one, and by several writers at once."""

import itertools
import multiprocessing
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from django.db import connection

from bench.cast import AT, Cast, make_cast
from bench.measure import Result, Row, in_turns, median, per_second, ratio
from bench.peer import CALL, arguments, install
from bench.place import Place
from directpay.events.unit import unit_of_work
from ledger.journal.actions import Posting, post_many

_number = itertools.count()


def fresh(cast: Cast, size: int, payee: int | None = None) -> list[Posting]:
    """Payments that nobody has posted yet, to all payees in turn or to one."""
    return [cast.payment(n, n if payee is None else payee) for n in itertools.islice(_number, size)]


def ours(postings: Callable[[], list[Posting]]) -> Callable[[], float]:
    def post() -> float:
        made = postings()
        start = time.perf_counter()
        with unit_of_work():
            post_many(made, at=AT)
        return time.perf_counter() - start

    return post


def bare(postings: Callable[[], list[Posting]]) -> Callable[[], float]:
    """The same rows by the bare function, on the same connection, its arguments ready before the clock starts."""

    def post() -> float:
        prepared = arguments(postings())
        start = time.perf_counter()
        with unit_of_work(), connection.cursor() as cursor:
            cursor.execute(CALL, prepared)
            cursor.fetchall()
        return time.perf_counter() - start

    return post


def sets(place: Place, *, short: bool = False) -> Result:
    """Sets of 100 and 1,000 against the bare statement; one hot payee against spread ones."""
    install(place.owner_url)
    cast = make_cast(50 if short else 10_000, "set")
    result = Result("Posting in sets (six entries each)", ["payments", "entries", "of the bare statement"])
    sizes, rounds = ((20,), 2) if short else ((100, 1_000), 25)
    for size in sizes:
        spread = lambda size=size: fresh(cast, size)  # noqa: E731
        hot = lambda size=size: fresh(cast, size, 0)  # noqa: E731
        taken = in_turns({"bare": bare(spread), "ours": ours(spread), "hot": ours(hot)}, rounds)
        share = ratio(taken["ours"], taken["bare"])
        heat = ratio(taken["hot"], taken["ours"])
        result.rows += [
            Row(f"bare statement, sets of {size:,}", _rates(size, taken["bare"])),
            Row(f"post_many, sets of {size:,}", [*_rates(size, taken["ours"])[:2], f"{share:.2f}"], "≥ 0.85", share >= 0.85),
            Row(
                f"one hot payee, sets of {size:,}",
                [*_rates(size, taken["hot"])[:2], f"{heat:.2f} of spread"],
                "≥ 0.9 of spread",
                heat >= 0.9,
            ),
        ]
    return result


def _rates(size: int, seconds: Sequence[float]) -> list[str]:
    return [per_second(size, median(seconds)), per_second(size * 6, median(seconds)), "1"]


def singles(place: Place, *, short: bool = False) -> Result:
    """One payment in one BEGIN … COMMIT, on one connection and on four at once."""
    install(place.owner_url)
    cast = make_cast(50 if short else 2_000, "one")
    count, rounds = (10, 2) if short else (100, 25)
    one = lambda: fresh(cast, 1)  # noqa: E731

    def repeated(way: Callable[[], float]) -> Callable[[], float]:
        return lambda: sum(way() for _ in range(count))

    taken = in_turns({"bare": repeated(bare(one)), "ours": repeated(ours(one))}, rounds)
    share = ratio(taken["ours"], taken["bare"])
    result = Result("Posting one by one (six entries, its own commit)", ["payments", "of the bare function"])
    result.rows += [
        Row("bare function, 1 connection", [per_second(count, median(taken["bare"])), "1"]),
        Row("post_many, 1 connection", [per_second(count, median(taken["ours"])), f"{share:.2f}"], "≥ 0.8", share >= 0.8),
    ]
    rates = _writers(place, cast, 2 if short else 4, 10 if short else 200, 1 if short else 7)
    share = ratio(rates["ours"], rates["bare"])
    total = (2 if short else 4) * (10 if short else 200)
    result.rows += [
        Row("bare function, 4 connections", [per_second(total, median(rates["bare"])), "1"]),
        Row("post_many, 4 connections", [per_second(total, median(rates["ours"])), f"{share:.2f}"], "≥ 0.65", share >= 0.65),
    ]
    return result


def _writers(place: Place, cast: Cast, writers: int, each: int, rounds: int) -> dict[str, list[float]]:
    """Seconds until all writers, each a process, have posted `each` payments to payees of their own."""
    start = next(_number)
    connection.close()

    def run(way: str, number: int) -> float:
        context = multiprocessing.get_context("fork")
        gate, done = context.Barrier(writers + 1), context.Barrier(writers + 1)
        first = 10_000_000 + start + number * 1_000_000
        processes = [
            context.Process(target=_writer, args=(way, place.runtime_url, cast, first + w * 100_000, each, w, gate, done))
            for w in range(writers)
        ]
        for process in processes:
            process.start()
        gate.wait()
        begun = time.perf_counter()
        done.wait()
        taken = time.perf_counter() - begun
        for process in processes:
            process.join()
        return taken

    numbers = itertools.count()
    return in_turns({"bare": lambda: run("bare", next(numbers)), "ours": lambda: run("ours", next(numbers))}, rounds)


def _writer(way: str, url: str, cast: Cast, first: int, each: int, writer: int, gate: Any, done: Any) -> None:
    """Payees of its own; the platform's two accounts are hot for all."""
    postings = [cast.payment(first + n, writer * 500 + n) for n in range(each)]
    if way == "bare":
        prepared = [arguments([p]) for p in postings]
        with psycopg.connect(url) as own:
            own.execute("SELECT 1")
            own.commit()
            gate.wait()
            for given in prepared:
                own.execute(CALL, given).fetchall()
                own.commit()
    else:
        connection.ensure_connection()
        gate.wait()
        for posting in postings:
            with unit_of_work():
                post_many([posting], at=AT)
        connection.close()
    done.wait()
