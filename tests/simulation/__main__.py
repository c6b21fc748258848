"""`python -m tests.simulation`: one history told step by step, or many counted."""

import argparse
import os
import sys
import time

from tests.simulation import services as quick


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one, telling every step")
    parser.add_argument("--steps", type=int, default=200)
    parser.add_argument("--histories", type=int, default=20)
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed")
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--part", help="a file of results: seeds in it are not run again")
    parser.add_argument("--add-up", nargs="+", help="print the totals of these parts")
    parser.add_argument("--mutants", nargs="*", help="plant these bugs (all of them), and tell how each is caught")
    parser.add_argument("--profile", help="write cProfile's figures of one process here")
    return parser.parse_args()


def main() -> int:
    given = arguments()
    if given.add_up:
        from tests.simulation.parts import add_up

        print(add_up(given.add_up))
        return 0
    quick.announce()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.simulation.settings"
    from tests.simulation import running

    started = time.monotonic()
    with quick.running():
        print(f"PostgreSQL stands after {time.monotonic() - started:.1f} s", file=sys.stderr)
        if given.mutants is not None:
            return running.tell_mutants(given.mutants)
        return running.tell(given.seed, given.steps) if given.seed is not None else running.run_many(given)


if __name__ == "__main__":
    sys.exit(main())
