"""`python -m bench [NAME …] [--short]`: without a name, all of them, one after the other."""

import argparse
import platform
import sys
import time
from collections.abc import Callable
from importlib import import_module

from bench.measure import Result
from bench.place import a_place

# name → module:function, in the order in which they run
BENCHMARKS = {
    "sets": "bench.posting:sets",
    "singles": "bench.posting:singles",
    "guards": "bench.guards:guards",
    "hordak": "bench.hordak:hordak",
    "growth": "bench.growth:growth",
    "background": "bench.background:background",
    "lists": "bench.lists:lists",
    "year": "bench.year:year",
    "rentday": "bench.rentday:rentday",
    "autopay": "bench.autopay:autopay",
    "reports": "bench.reports:reports",
    "http": "bench.http.accepting:accepting",
    "webhooks": "bench.webhooks.receiving:receiving",
}


def find(name: str) -> Callable[..., Result]:
    module, _, function = BENCHMARKS[name].partition(":")
    return getattr(import_module(module), function)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}")
    parser.add_argument("--short", action="store_true", help="only to see that it runs")
    chosen = parser.parse_args()
    if unknown := set(chosen.names) - set(BENCHMARKS):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    missed = 0
    for name in chosen.names or BENCHMARKS:
        with a_place() as place:
            start = time.monotonic()
            result = find(name)(place, short=chosen.short)
            print(result.markdown())
            print(f"_{name}: {time.monotonic() - start:.0f} s on {platform.machine()}_\n", flush=True)
            missed += sum(row.met is False for row in result.rows)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
