"""Valid requests for customers and setup intents: a part of the house in requests_everywhere.py."""

from collections.abc import Callable
from typing import Any

from tests.world import World

Request = tuple[str, dict[str, Any], dict[str, Any]]
CUSTOMERS, SETUPS = "/api/v1/customers", "/api/v1/setup_intents"
AGREED = {"customer_acceptance": {"type": "offline"}}


class OfCustomers(World):
    """`post`, `count` and `new_account` are the house's."""

    post: Callable[..., Any]
    count: Callable[[], int]
    new_account: Callable[[], str]

    def requests_of_customers(self) -> dict[str, Callable[[], Request]]:
        def customer() -> Request:
            n = self.count()
            return CUSTOMERS, {"email": f"c{n}@example.com"}, {"email": f"d{n}@example.com"}

        def known() -> Request:
            made = self.post(CUSTOMERS, customer()[1], f"setup-{self.count()}").json()["id"]
            return f"{CUSTOMERS}/{made}", {"name": "One"}, {"name": "Two"}

        return {CUSTOMERS: customer, f"{CUSTOMERS}/{{id}}": known, **self._of_setups()}

    def _of_setups(self) -> dict[str, Callable[[], Request]]:
        def made(**wish: Any) -> str:
            wish = {"customer": self.bob.public_id, "payment_method": "pm_card_visa", **wish}
            return str(self.post(SETUPS, wish, f"setup-{self.count()}").json()["id"])

        def prove() -> Request:
            waiting = made(payment_method=self.new_account(), confirm=True, mandate_data=AGREED)
            return f"{SETUPS}/{waiting}/verify_microdeposits", {"amounts": [32, 45]}, {"amounts": [45, 33]}

        def wish(verb: str, body: dict[str, Any], other: dict[str, Any]) -> Callable[[], Request]:
            return lambda: (f"{SETUPS}/{made()}{verb}", body, other)

        return {
            SETUPS: lambda: (SETUPS, {"payment_method": "pm_card_visa", "confirm": True}, {"payment_method": "pm_card_mastercard"}),
            f"{SETUPS}/{{id}}": wish("", {"description": "one"}, {"description": "two"}),
            f"{SETUPS}/{{id}}/confirm": wish("/confirm", {}, {"payment_method": "pm_card_mastercard"}),
            f"{SETUPS}/{{id}}/cancel": wish("/cancel", {}, {"cancellation_reason": "duplicate"}),
            f"{SETUPS}/{{id}}/verify_microdeposits": prove,
        }
