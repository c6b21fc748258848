"""Running histories: one aloud, or many in processes that each have a database of their own."""

import argparse
import cProfile
import gc
import logging
import multiprocessing
import os
import time
from pathlib import Path
from typing import Any

import psycopg

from tests import services
from tests.management.commands import flush
from tests.simulation.parts import Part, report

TRUNCATE_EVERY = 50  # deleting is quicker than truncating, and leaves dead rows


# Planning over three dozen partitions costs more than most statements do: one that holds all the years will do here.
ONE_PARTITION = """
DO $$
DECLARE
    parent regclass;
    child regclass;
BEGIN
    FOREACH parent IN ARRAY ARRAY['ledger_entry'::regclass, 'directpay_event'::regclass] LOOP
        FOR child IN SELECT inhrelid FROM pg_inherits WHERE inhparent = parent LOOP
            EXECUTE format('DROP TABLE %s', child);
        END LOOP;
        EXECUTE format('CREATE TABLE %s_all (LIKE %s INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', parent, parent);
        EXECUTE format('CREATE TRIGGER append_only_truncate BEFORE TRUNCATE ON %s_all
            FOR EACH STATEMENT EXECUTE FUNCTION directpay_append_only()', parent);
        IF parent::text = 'ledger_entry' THEN
            EXECUTE 'CREATE TRIGGER entries_judged AFTER INSERT ON ledger_entry_all REFERENCING NEW TABLE AS added
                FOR EACH STATEMENT EXECUTE FUNCTION ledger_judge_entries()';
        END IF;
        EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s_all FOR VALUES FROM (''2026-01-01'') TO (''2029-01-01'')', parent, parent);
    END LOOP;
END $$
"""


def prepare(*, gently: bool = False) -> None:
    """Django, on a fresh copy of the template."""
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()
    logging.disable(logging.CRITICAL)
    services.ensure_database()
    gc.freeze()  # what stands now stays: looking through it again and again costs a tenth of the time
    gc.set_threshold(50_000, 20, 50)
    if not gently:
        with psycopg.connect(services.addresses().superuser_url(services.database_name()), autocommit=True) as connection:
            connection.execute(ONE_PARTITION)


def empty(n: int, database: str = "") -> None:
    """As if nobody had ever lived."""
    few = 0 if n % TRUNCATE_EVERY == TRUNCATE_EVERY - 1 else 10**9
    with psycopg.connect(services.addresses().superuser_url(database or services.database_name())) as connection:
        psycopg.ClientCursor(connection).execute(flush.EMPTY, {"kept": sorted(services.KEPT), "few": few, "limit": min(few + 1, 10**9)})


def tell(seed: int, steps: int) -> int:
    prepare()
    from tests.simulation.history import History, HistoryFailed

    history = History(seed, listen=print)
    try:
        history.run(steps)
    except HistoryFailed as failed:
        print(str(failed).splitlines()[0])
        return 1
    print(report({name: dict(counter) for name, counter in history.totals().items()}))
    return 0


def run_many(given: argparse.Namespace) -> int:
    part = Part.read(Path(given.part)) if given.part else Part()
    seeds = [seed for seed in range(given.first, given.first + given.histories) if seed not in part.seeds]
    context = multiprocessing.get_context("fork")
    results: multiprocessing.SimpleQueue[Any] = context.SimpleQueue()
    lots = [seeds[n :: given.processes] for n in range(given.processes)]
    workers = [context.Process(target=_work, args=(n, lot, given.steps, results, given.profile)) for n, lot in enumerate(lots) if lot]
    for worker in workers:
        worker.start()
    failed = 0
    for _ in seeds:
        result = results.get()
        failed += "failed" in result
        if "failed" in result:
            print(result["failed"], flush=True)
        part.add(result)
        if given.part:
            part.write(Path(given.part))
        if len(part.seeds) % 50 == 0:
            print(part.progress(), flush=True)
    for worker in workers:
        worker.join()
    print(part.summary())
    return 1 if failed else 0


def _work(n: int, seeds: list[int], steps: int, results: Any, profile: str | None) -> None:
    os.environ["PYTEST_XDIST_WORKER"] = f"gw{n}"
    os.environ |= services.environment()
    prepare()
    from tests.simulation.history import History, HistoryFailed

    profiler = cProfile.Profile() if profile and n == 0 else None
    if profiler:
        profiler.enable()
    for count, seed in enumerate(seeds):
        started, cpu = time.monotonic(), time.process_time()
        empty(count)
        history = History(seed)
        result: dict[str, Any] = {"seed": seed}
        try:
            history.run(steps)
        except HistoryFailed as error:
            result["failed"] = str(error)
        result |= {
            "steps": history.steps,
            "seconds": time.monotonic() - started,
            "cpu": time.process_time() - cpu,
            "totals": {name: dict(counter) for name, counter in history.totals().items()},
        }
        results.put(result)
    if profiler:
        profiler.disable()
        profiler.dump_stats(str(profile))


def tell_mutants(names: list[str]) -> int:
    """Each in a process of its own: how it is caught, by which seed, at which step."""
    prepare()
    from tests.simulation.mutants import MUTANTS
    from tests.simulation.mutants.planting import Greenhouse

    escaped = 0
    with Greenhouse() as house:
        for mutant in [m for m in MUTANTS if not names or any(name in m.name for name in names)]:
            started = time.monotonic()
            caught = house.grow(mutant)
            fine = caught.by_auditor and any(said in caught.said for said in mutant.says.split(" | "))
            escaped += not fine
            print(
                f"{'ok  ' if fine else 'BAD '} {time.monotonic() - started:5.1f} s  {mutant.name}: {caught.where} {caught.said[:260]}",
                flush=True,
            )
    return 1 if escaped else 0
