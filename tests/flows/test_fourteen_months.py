"""A lease of fourteen months, two roommates, and all that goes wrong in it: every evening the books say what plain arithmetic says.

The other side of the comparison is in this file alone: a diary of what each owes, from the terms, the days on which money is sent, and
a calendar of the banks. It asks the product nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from directpay.people.models import User
from leases.autopay.actions.stopping import turn_off
from leases.autopay.actions.turn_on import Order, turn_on
from leases.autopay.models import Autopay
from leases.changes.actions import step_rent
from leases.contracts.late_fee import PARTY, LateFeeTerms
from leases.deposits.actions.name_trust_bank import name_trust_bank
from leases.deposits.actions.pay import pay_deposit
from leases.move_out.actions import NewDamage, begin_move_out
from leases.payment_plans.actions.decide import accept_plan
from leases.payment_plans.actions.propose import NewPlan, propose_plan
from leases.payment_plans.models import PaymentPlan
from leases.rent.actions.pay_rent import PayRequest
from payments.methods.mandates.actions import Agreement, agree_to_mandate
from payments.methods.models import BankAccount
from payments.payins.models import Payment
from tests.world import NO_FUNDS, PAYS, World

# Committed as it goes: the rows of fourteen months in one transaction are ones that nobody has counted, and plans go astray over them.
pytestmark = pytest.mark.django_db(transaction=True)
NEW_YORK = ZoneInfo("America/New_York")
RETURNED_ON_DAY_40 = "009910270000"  # R10, on the 27th bank day after settlement
# When the Federal Reserve is closed: of those on a Sunday the Monday, of those on a Saturday nothing.
HOLIDAYS = {
    *(date(2026, 11, day) for day in (11, 26)),
    date(2026, 12, 25),
    *(date(2027, month, day) for month, day in ((1, 1), (1, 18), (2, 15), (5, 31), (7, 5), (9, 6), (10, 11), (11, 11), (11, 25))),
    date(2028, 1, 17),
}
ONE_DAY = timedelta(days=1)
BOBS, CAROLS = 90_000, 60_000  # of 1,500.00, by 60 and 40
LATER = {"bob": 99_000, "carol": 66_000}  # of 1,650.00
FEE, RETURNED_FEE = 5_000, 2_500


def bank_day(day: date, after: int = 0) -> date:
    """The bank day of that day, or so many bank days after it."""
    while day.weekday() > 4 or day in HOLIDAYS:
        day += ONE_DAY
    return day if not after else bank_day(day + ONE_DAY, after - 1)


def clears(sent: date) -> date:
    """A debit over ACH that is sent in the morning: settled on the next bank day, safe on the third after it."""
    return bank_day(sent, 4)


class Diary:
    """What each owes, day by day, and what it is made of."""

    def __init__(self) -> None:
        self.changes: dict[date, list[tuple[str, int, str]]] = defaultdict(list)
        self.owed = {"bob": 0, "carol": 0}
        self.made_of: dict[str, int] = defaultdict(int)
        self.held = {"bob": 0, "carol": 0}

    def on(self, day: date, who: str, minor: int, what: str) -> None:
        self.changes[day].append((who, minor, what))

    def evening(self, day: date) -> dict[str, int]:
        for who, minor, what in self.changes.pop(day, ()):
            if what == "deposit":
                self.held[who] += minor
                continue
            self.owed[who] += minor
            self.made_of[what] += minor
        return {
            "bob owes": self.owed["bob"],
            "carol owes": self.owed["carol"],
            "rent": self.made_of["rent"],
            "late fees": self.made_of["late_fees"],
            "returned-payment fees": self.made_of["returned_fees"],
            "damages": self.made_of["damages"],
            "held for bob": self.held["bob"],
            "held for carol": self.held["carol"],
        }


def months() -> Iterator[date]:
    """The firsts from December 2026 to January 2028."""
    day = date(2026, 12, 1)
    while day < date(2028, 2, 1):
        yield day
        day = (day + timedelta(days=31)).replace(day=1)


def the_diary() -> Diary:
    d = Diary()
    for first in months():
        stepped = first >= date(2027, 12, 1)
        d.on(first, "bob", LATER["bob"] if stepped else BOBS, "rent")
        d.on(first, "carol", LATER["carol"] if stepped else CAROLS, "rent")
    for who, share in (("bob", 60_000), ("carol", 40_000)):
        d.on(date(2026, 11, 3), who, share, "deposit")
    # December: Bob by autopay, Carol in two parts within the days of grace.
    d.on(clears(date(2026, 12, 1)), "bob", -BOBS, "paid")
    d.on(date(2026, 12, 1), "carol", -20_000, "paid")
    d.on(date(2026, 12, 4), "carol", -40_000, "paid")
    # January: the first is a holiday, what is sent then counts from then.
    d.on(clears(date(2027, 1, 1)), "bob", -BOBS, "paid")
    d.on(date(2027, 1, 3), "carol", -CAROLS, "paid")
    # February: no money on the first, nor three days after that was known, nor five days after that; the backup pays then. Late on the 7th.
    known = bank_day(date(2027, 2, 1), 3)
    again = bank_day(known + timedelta(days=3), 3)
    once_more = bank_day(again + timedelta(days=5), 3)
    d.on(date(2027, 2, 7), "bob", FEE, "late_fees")
    d.on(clears(once_more), "bob", -BOBS, "paid")
    d.on(date(2027, 2, 2), "carol", -CAROLS, "paid")
    # March: autopay takes the fee along.
    d.on(clears(date(2027, 3, 1)), "bob", -BOBS - FEE, "paid")
    d.on(date(2027, 3, 1), "carol", -CAROLS, "paid")
    # April comes back on the fortieth day. Without it neither April nor May was paid in time: what came in May paid April.
    first_of_april = date(2027, 4, 1)
    d.on(clears(first_of_april), "bob", -BOBS, "paid")
    back = bank_day(bank_day(first_of_april, 1), 27)
    assert back - first_of_april == timedelta(days=40)
    d.on(back, "bob", BOBS, "returned")
    d.on(back, "bob", RETURNED_FEE, "returned_fees")
    d.on(back, "bob", 2 * FEE, "late_fees")
    d.on(date(2027, 5, 1), "bob", -BOBS, "paid")
    # The plan: 1,025.00 in three, the odd cents first.
    for day, part in ((date(2027, 5, 20), 34_167), (date(2027, 6, 20), 34_167), (date(2027, 7, 20), 34_166)):
        d.on(day, "bob", -part, "paid")
    for first in months():
        if first >= date(2027, 4, 1):
            d.on(first, "carol", -(LATER["carol"] if first >= date(2027, 12, 1) else CAROLS), "paid")
        if date(2027, 6, 1) <= first <= date(2027, 12, 1):
            d.on(first, "bob", -(LATER["bob"] if first == date(2027, 12, 1) else BOBS), "paid")
    # The last month Bob does not pay.
    d.on(date(2028, 1, 7), "bob", FEE, "late_fees")
    # They move out; a door of 300.00. Bob's deposit does not cover what he owes, of Carol's the rest goes back.
    out = date(2028, 1, 31)
    d.on(out, "bob", 18_000, "damages")
    d.on(out, "carol", 12_000, "damages")
    d.on(out, "bob", -60_000, "deducted")
    d.on(out, "bob", -60_000, "deposit")
    d.on(out, "carol", -12_000, "deducted")
    d.on(out, "carol", -12_000, "deposit")
    drawn = clears(out)
    d.on(bank_day(drawn, 1), "carol", -28_000, "deposit")
    return d


class Story(World):
    """The same through the actions, each at ten in the morning of its day."""

    def __init__(self) -> None:
        super().__init__()
        self.carol = self.person("carol", "renter")
        self.fee("ach", 0)
        self.good, self.hers = self.account(self.bob), self.account(self.carol)
        self.bad, self.disputed = self.account(self.bob, NO_FUNDS), self.account(self.bob, RETURNED_ON_DAY_40)
        for account in (self.good, self.bad):
            agree_to_mandate(account, Agreement(), actor=self.actor(self.bob), at=self.now)
        name_trust_bank(self.payee, self.account(self.alice, PAYS), state="OH", actor=self.actor(self.alice), at=self.now)
        self.leased = self.lease(
            (self.bob, {"percent": "60"}),
            (self.carol, {"percent": "40"}),
            start=date(2026, 12, 1),
            end_on=date(2028, 1, 31),
            deposit_minor=100_000,
            late_fee=LateFeeTerms(5, flat_minor=FEE, per=PARTY, returned_fee_minor=RETURNED_FEE),
        )
        self.work()

    def go(self, day: date, hour: int) -> None:
        moment = datetime.combine(day, time(hour), tzinfo=NEW_YORK)
        self.later(seconds=(moment - self.now).total_seconds())

    def party(self, user: User):
        return self.leased.parties.get(label=user.public_id)

    def deposits(self) -> None:
        for source in (self.good, self.hers):
            pay_deposit(self.leased, PayRequest("instant", source), actor=self.actor(source.user), at=self.now)

    def by_itself(self, source: BankAccount, backup: BankAccount | None = None) -> None:
        for running in Autopay.objects.filter(status__in=["active", "paused"]):
            turn_off(running, actor=self.actor(self.bob), at=self.now)
        order = Order(source, backup_account=backup) if backup else Order(source)
        turn_on(self.leased, order, actor=self.actor(self.bob), at=self.now)

    def no_more_by_itself(self) -> None:
        turn_off(Autopay.objects.get(status="active"), actor=self.actor(self.bob), at=self.now)

    def bob_pays(self, amount: int) -> Payment:
        return self.pay(self.leased, "instant", amount, self.good)

    def carol_pays(self, amount: int) -> Payment:
        return self.pay(self.leased, "instant", amount, self.hers)

    def plan(self) -> None:
        wish = NewPlan(self.party(self.bob), count=3, start_on=date(2027, 5, 20))
        proposed = propose_plan(self.leased, wish, actor=self.actor(self.alice), at=self.now)
        accept_plan(proposed, actor=self.actor(self.bob), at=self.now)

    def acts(self) -> dict[date, list[Callable[[], object]]]:
        """What people do, and when."""
        does: dict[date, list[Callable[[], object]]] = defaultdict(list)
        does[date(2026, 11, 3)] += [self.deposits]
        does[date(2026, 11, 20)] += [lambda: self.by_itself(self.good)]
        does[date(2026, 12, 1)] += [lambda: self.carol_pays(20_000)]
        does[date(2026, 12, 4)] += [lambda: self.carol_pays(40_000)]
        for day in (date(2027, 1, 3), date(2027, 2, 2), date(2027, 3, 1)):
            does[day] += [lambda: self.carol_pays(CAROLS)]
        does[date(2027, 1, 20)] += [lambda: self.by_itself(self.bad, self.good)]
        does[date(2027, 2, 27)] += [lambda: self.by_itself(self.good)]
        does[date(2027, 3, 20)] += [self.no_more_by_itself]
        does[date(2027, 4, 1)] += [lambda: self.pay(self.leased, "ach", BOBS, self.disputed)]
        does[date(2027, 5, 1)] += [lambda: self.bob_pays(BOBS)]
        does[date(2027, 5, 12)] += [self.plan]
        for day, part in ((date(2027, 5, 20), 34_167), (date(2027, 6, 20), 34_167), (date(2027, 7, 20), 34_166)):
            does[day] += [lambda part=part: self.bob_pays(part)]
        for first in months():
            stepped = first >= date(2027, 12, 1)
            if first >= date(2027, 4, 1):
                does[first] += [lambda minor=LATER["carol"] if stepped else CAROLS: self.carol_pays(minor)]
            if date(2027, 6, 1) <= first <= date(2027, 12, 1):
                does[first] += [lambda minor=LATER["bob"] if stepped else BOBS: self.bob_pays(minor)]
        more = lambda: step_rent(self.reload(self.leased), date(2027, 12, 1), 165_000, actor=self.actor(self.alice), at=self.now)  # noqa: E731
        does[date(2027, 11, 5)] += [more]
        out = [NewDamage("A new door", 30_000)]
        does[date(2028, 1, 31)] += [
            lambda: begin_move_out(self.reload(self.leased), date(2028, 1, 31), out, actor=self.actor(self.alice), at=self.now)
        ]
        return does

    def evening(self) -> dict[str, int]:
        def held(user: User) -> int:
            return sum(-d.held.balance_minor for d in self.leased.deposits.filter(party=self.party(user)).select_related("held"))

        owes = [self.balance("L1500", lease=self.leased, label=user.public_id) for user in (self.bob, self.carol)]
        figures = [*owes, *(self.balance(number) for number in ("L4100", "L4300", "L4310", "L4400")), held(self.bob), held(self.carol)]
        names = ["bob owes", "carol owes", "rent", "late fees", "returned-payment fees", "damages", "held for bob", "held for carol"]
        return dict(zip(names, figures, strict=True))


@pytest.mark.slow
def test_every_evening_the_books_say_what_the_diary_says(settings):
    settings.RAIL_PROFILE = "calendar"
    story, diary = Story(), the_diary()
    does, day = story.acts(), date(2026, 11, 2)
    while day <= date(2028, 2, 29):
        if day in does:
            story.go(day, 10)
            for act in does.pop(day):
                act()
                story.work()
        story.go(day, 23)
        assert (day, story.evening()) == (day, diary.evening(day))
        day += ONE_DAY
    assert not does
    assert not diary.changes
    assert PaymentPlan.objects.get().status == "completed"
    assert story.balance("L1500", lease=story.leased, label=story.bob.public_id) == 62_000
    story.check()
