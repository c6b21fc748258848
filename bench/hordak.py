"""django-hordak making the same entries: in one transaction of 100, and one by one, each in its own fastest way.

It is a ledger for Django with the rule of double entry in a trigger, and keeps no running balance, floor, fund or mirror. It is
installed into an environment of its own (var/bench-hordak) and driven as a process of its own, in turns with ours.
"""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from bench.cast import make_cast
from bench.measure import Result, Row, in_turns, median, per_second, ratio
from bench.place import Place
from bench.posting import fresh, ours

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / "var" / "bench-hordak"
PAYEES = 500


def hordak(place: Place, *, short: bool = False) -> Result:
    """Needs the package index once, to install the peer."""
    rounds, set_size, ones = (2, 20, 3) if short else (15, 100, 30)
    cast = make_cast(PAYEES, "peer")
    peer = _start(place.clone("bench_hordak"))
    one = lambda: fresh(cast, 1)  # noqa: E731
    result = Result("django-hordak making the same entries (six per payment)", ["payments", "ours is faster by"])
    taken = in_turns(
        {
            "ours, set": ours(lambda: fresh(cast, set_size)),
            "hordak, set": lambda: peer("bulk", set_size),
            "hordak, saved one by one in it": lambda: peer("saved", set_size),
            "ours, singles": lambda: sum(ours(one)() for _ in range(ones)),
            "hordak, singles": lambda: peer("singles", ones),
        },
        rounds,
    )
    sets = ratio(taken["ours, set"], taken["hordak, set"])
    saved = ratio(taken["ours, set"], taken["hordak, saved one by one in it"])
    singles = ratio(taken["ours, singles"], taken["hordak, singles"])
    result.rows = [
        Row(f"post_many, one transaction of {set_size}", [per_second(set_size, median(taken["ours, set"])), ""]),
        Row("hordak, bulk_create", [per_second(set_size, median(taken["hordak, set"])), f"{sets:.1f}"], "≥ 20", sets >= 20),
        Row("hordak, objects saved", [per_second(set_size, median(taken["hordak, saved one by one in it"])), f"{saved:.1f}"]),
        Row("post_many, a transaction each", [per_second(ones, median(taken["ours, singles"])), ""]),
        Row("hordak, a transaction each", [per_second(ones, median(taken["hordak, singles"])), f"{singles:.1f}"], "≥ 5", singles >= 5),
    ]
    peer("stop", 0)
    return result


def _start(place: Place) -> Callable[[str, int], float]:
    """The peer's process; `peer(way, count)` returns the seconds that it took."""
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", ENVIRONMENT], check=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", ROOT / "bench" / "requirements.txt"], check=True)
    process = subprocess.Popen(
        [python, "-I", ROOT / "bench" / "hordak_peer.py", place.superuser_url, str(PAYEES)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin
    assert process.stdout
    told, said = process.stdin, process.stdout
    assert said.readline() == "ready\n"

    def peer(way: str, count: int) -> float:
        told.write(f"{way} {count}\n")
        told.flush()
        return float(said.readline() or 0)

    return peer
