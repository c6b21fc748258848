"""``python -m tests.paypal_stand_in --port 12121 --webhook http://127.0.0.1:8000/webhooks/paypal --secret <base64>``"""

import argparse
from datetime import UTC, datetime

from tests.paypal_stand_in.server import StandIn
from tests.stripe_stand_in.control import MovedClock


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.paypal_stand_in", description="A stand-in for PayPal's API, with a memory.")
    parser.add_argument("--port", type=int, default=12121)
    parser.add_argument("--webhook", help="where events are sent as they happen")
    parser.add_argument("--secret", help="what they are signed with (PAYPAL_DEMO_SECRET); needed with --webhook")
    parser.add_argument("--echeck-seconds", type=int, default=30, help="how long an eCheck is pending")
    given = parser.parse_args()
    stand_in = StandIn(clock=MovedClock(lambda: datetime.now(UTC)), port=given.port, echeck_seconds=given.echeck_seconds)
    if given.webhook:
        if not given.secret:
            parser.error("--webhook needs --secret")
        stand_in.webhooks.add(given.webhook, given.secret, at_once=True)
    print(f"PayPal's stand-in: {stand_in.url} (PAYPAL_API_BASE={stand_in.url}); Ctrl-C stops it.", flush=True)
    try:
        stand_in.server.serve_forever(0.25)
    except KeyboardInterrupt:
        stand_in.faults.clear()


if __name__ == "__main__":
    main()
