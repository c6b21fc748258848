"""``python -m tests.stripe_stand_in --port 12111 --webhook http://127.0.0.1:8000/webhooks/stripe --secret whsec_…``"""

import argparse
from datetime import UTC, datetime

from tests.stripe_stand_in.control import MovedClock
from tests.stripe_stand_in.server import StandIn


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_stand_in", description="A stand-in for Stripe's API, with a memory.")
    parser.add_argument("--port", type=int, default=12111)
    parser.add_argument("--webhook", help="where events are sent as they happen")
    parser.add_argument("--secret", help="what they are signed with (whsec_…); needed with --webhook")
    parser.add_argument("--bank-seconds", type=int, default=20, help="how long a bank debit is processing")
    given = parser.parse_args()
    stand_in = StandIn(clock=MovedClock(lambda: datetime.now(UTC)), port=given.port, bank_seconds=given.bank_seconds, search_lag_seconds=1)
    if given.webhook:
        if not given.secret:
            parser.error("--webhook needs --secret")
        stand_in.webhooks.add(given.webhook, given.secret, at_once=True)
    print(f"Stripe's stand-in: {stand_in.url} (STRIPE_API_BASE={stand_in.url}); Ctrl-C stops it.", flush=True)
    try:
        stand_in.server.serve_forever(0.25)
    except KeyboardInterrupt:
        stand_in.faults.clear()


if __name__ == "__main__":
    main()
