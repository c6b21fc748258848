"""The bare function of bare.sql and the arrays that it takes, made before the clock starts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from bench.cast import AT
from ledger.journal.actions import Posting
from ledger.journal.actions.post import _arrays

SQL = Path(__file__).with_name("bare.sql")
CALL = (
    "SELECT * FROM bench_post(%s::timestamptz, %s::text[], %s::text[], %s::text[], %s::date[], %s::integer[], %s::integer[],"
    " %s::bigint[], %s::bigint[], %s::text[])"
)


def install(owner_url: str) -> None:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute(SQL.read_text(encoding="utf-8"))
        owner.execute("GRANT EXECUTE ON FUNCTION bench_post TO PUBLIC")


def arguments(postings: Sequence[Posting]) -> list[Any]:
    arrays = _arrays(postings)
    return [AT, *arrays[:4], *arrays[5:]]  # all but what is reversed
