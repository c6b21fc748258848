"""A house full of people in every situation, for pictures and for the crawler: paid, late, on its way, returned, refused, silent."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from directpay.people.actions import create_user, set_password
from directpay.people.actor import SYSTEM
from directpay.people.models import User
from leases.contracts.late_fee import LateFeeTerms
from leases.contracts.models import Lease
from leases.credits.actions import NewCredit, grant_credit
from leases.late_fees.actions.decide import approve_late_fee, waive_late_fee
from leases.late_fees.models import LateFee
from leases.receipts.actions import NewReceipt, bank_receipts, bounce_receipt, record_receipt
from leases.rent.actions.add_charge import NewCharge, add_charge
from payments.payins.models import Payment
from tests.world import PAYS, World

BEGIN = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
PASSWORD = "linden-court-2026"
RETURNS_R01_ON_DAY_5, NO_FUNDS, SILENT = "009901050000", "000222222227", "000770000001"


@dataclass
class House:
    """``House.built()`` under the calendar profile takes place from 2 to 24 November 2026."""

    world: World
    people: dict[str, User] = field(default_factory=dict)
    leases: dict[str, Lease] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)

    @classmethod
    def built(cls) -> "House":
        house = cls(World(start=BEGIN))
        house.people = {"alice": house.world.alice, "bob": house.world.bob}
        house._people()
        house._november()
        return house

    def person(self, key: str, name: str, role: str = "renter") -> User:
        at = self.world.now
        known = {"email": f"{key}@example.com", "name": name, "role": role, "password": PASSWORD, "superuser": role == "staff"}
        user = create_user(**known, actor=SYSTEM, at=at)
        self.people[key] = user
        return user

    def pay(self, key: str, rail: str = "ach", amount: int | None = None) -> Payment:
        source = self.people[key].bank_accounts.get()
        self.payments[key] = self.world.pay(self.leases[key], rail, amount, source)
        self.world.work()
        return self.payments[key]

    def _people(self) -> None:
        w = self.world
        for key in ("alice", "bob"):
            set_password(user=self.people[key], password=PASSWORD, actor=SYSTEM, at=w.now)
        self.person("dana", "Dana Reyes", "staff")
        who = {
            "wei": ("Wei Chen", PAYS, 145_000),
            "ruth": ("Ruth Abara", PAYS, 135_000),
            "sam": ("Sam Whitfield", NO_FUNDS, 112_000),
            "grace": ("Grace Kim", SILENT, 158_000),
            "hugo": ("Hugo Brandt", PAYS, 140_000),
            "priya": ("Priya Nair", PAYS, 150_000),
            "noah": ("Noah Lindqvist-Oyelaran", PAYS, 161_000),
        }
        for key, (name, number, rent) in who.items():
            user = self.person(key, name)
            w.account(user, number)
            self.leases[key] = w.lease(user, rent=rent)
        w.account(self.people["bob"], RETURNS_R01_ON_DAY_5)
        self.leases["bob"] = w.lease(self.people["bob"], start=date(2026, 10, 1))
        mia, theo = self.person("mia", "Mia Lang"), self.person("theo", "Theo Lang")
        w.account(mia)
        w.account(theo)
        shares = [(mia, {"amount": 150_000}), (theo, {"amount": 90_000})]
        self.leases["mia"] = self.leases["theo"] = w.lease(*shares, rent=240_000)
        self.person("zoe", "Zoe Park")  # has nothing yet
        for key, name, due_day, terms in (
            (
                "uma",
                "Uma Castellanos",
                1,
                LateFeeTerms(5, 5_000, daily_minor=500, cap_minor=7_000, mode="proposed"),
            ),
            ("omar", "Omar Haddad", 20, LateFeeTerms(10, percent_bps=500, cap_minor=5_000)),
        ):
            w.account(self.person(key, name))
            self.leases[key] = w.lease(self.people[key], rent=128_000, due_day=due_day, late_fee=terms)

    def _november(self) -> None:
        w = self.world
        self.pay("wei")
        self.pay("priya", "instant")
        self.pay("bob", "ach", 150_000)
        self.pay("theo", "same_day_ach")
        w.later(days=14)
        self.pay("hugo", "instant", 70_000)
        self._by_hand(self.leases["hugo"])
        self.pay("sam")
        w.later(days=6)
        self.pay("ruth")
        w.later(days=1, hours=20)
        self.pay("priya", "ach")  # December, ahead
        self.pay("grace", "instant")
        self.pay("noah", "same_day_ach")
        self._late()

    def _late(self) -> None:
        """Of what lateness cost Uma, the first is charged and waived in part, the rest waits for Alice."""
        first, actor = LateFee.objects.earliest("id"), self.world.actor(self.people["alice"])
        approve_late_fee(first, actor=actor, at=self.world.now)
        waive_late_fee(first, amount_minor=2_000, reason="The bank was closed", actor=actor, at=self.world.now)

    def _by_hand(self, lease: Lease) -> None:
        """A check that is at the bank, one that came back, cash; water that was read wrongly."""
        at, party, actor = self.world.now, lease.parties.get(), self.world.actor(self.people["alice"])
        water = add_charge(lease, NewCharge("utilities", 4_200, description="Water, October"), actor=actor, at=at)
        grant_credit(lease, NewCredit(party, "credit", 1_200, "The meter was read wrongly", water), actor=actor, at=at)
        given = [NewReceipt(party, "check", 20_000, number="1042"), NewReceipt(party, "check", 15_000, number="1043", note="at the door")]
        banked, back = (record_receipt(lease, one, actor=actor, at=at) for one in given)
        record_receipt(lease, NewReceipt(party, "cash", 5_000), actor=actor, at=at)
        bank_receipts([banked], actor=actor, at=at)
        bounce_receipt(back, actor=actor, at=at)
