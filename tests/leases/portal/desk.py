"""A renter at the pay page: opens it, and presses."""

from payments.payins.models import Payment
from tests.leases.portal.reading import hidden, signed_in
from tests.world import World


class Desk:
    """Bob at the pay page of his lease."""

    def __init__(self, *names: str, **lease):
        """`names` live there too, and owe it as one."""
        self.w = World()
        self.account = self.w.account(self.w.bob)
        self.roommates = [self.w.person(name, "renter") for name in names]
        self.lease = self.w.lease(self.w.bob, *self.roommates, **lease)
        self.client = signed_in(self.w.bob)
        self.address = f"/renter/pay/{self.lease.public_id}/"

    def open(self, query: str = ""):
        response = self.client.get(self.address + query)
        assert response.status_code == 200
        return response

    def press(self, page, **changes):
        given = {"rail": "ach", "bank_account": self.account.public_id, "how_much": "all", "part": ""}
        return self.client.post(self.address, {**given, "attempt": hidden(page, "attempt"), "shown": hidden(page, "shown"), **changes})

    @property
    def payments(self):
        return list(Payment.objects.order_by("id"))
