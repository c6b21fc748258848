from collections.abc import Sequence
from datetime import date

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from leases.contracts.late_fee import BASES, MODES, OVERDUE, WHOSE, LateFeeTerms
from leases.contracts.late_fee import LEASE as WHOLE_LEASE
from leases.properties.models import Unit
from ledger.journal.models import Account

JOINT = "joint"


def weight_on(first: int, changes: Sequence[tuple[str, int]], day: date) -> int:
    """Of a weight and its changes, the earliest first, the one that holds on `day`."""
    since = day.isoformat()
    return next((weight for start, weight in reversed(changes) if start <= since), first)


class DaysOf(models.Func):
    """The days of a lease, both ends included; open where it has no end."""

    function = "DATERANGE"
    output_field = DateRangeField()


class Lease(models.Model):
    """Who rents which unit from when to when, and on what terms."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="leases")
    rent_minor = models.BigIntegerField()  # per month, at the start; RentStep says what it is later
    deposit_minor = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    start_on = models.DateField()
    end_on = models.DateField(null=True)  # last day; open-ended without it
    due_day = models.SmallIntegerField()  # 1–31; a shorter month takes its last day
    version = models.IntegerField(default=1)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(rent_minor__gt=0), name="lease_rent_positive"),
            models.CheckConstraint(condition=models.Q(deposit_minor__gte=0), name="lease_deposit_not_negative"),
            models.CheckConstraint(condition=models.Q(due_day__range=(1, 31)), name="lease_due_day"),
            models.CheckConstraint(
                condition=models.Q(end_on=None) | models.Q(end_on__gte=models.F("start_on")), name="lease_ends_after_start"
            ),
            ExclusionConstraint(
                name="lease_alone_in_unit",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (DaysOf("start_on", "end_on", RangeBoundary(inclusive_lower=True, inclusive_upper=True)), RangeOperators.OVERLAPS),
                ],
            ),
        ]
        indexes = [
            models.Index(fields=["created_at", "id"], name="lease_at"),
            models.Index(fields=["start_on"], name="lease_start"),
            models.Index(fields=["end_on"], name="lease_end"),
            GinIndex(fields=["metadata"], name="lease_metadata", condition=~models.Q(metadata={})),
        ]

    def __str__(self) -> str:
        return self.public_id


class RentStep(models.Model):
    """From a day on, the rent is another one: agreed with the lease, or while it runs."""

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="rent_steps")
    from_on = models.DateField()
    rent_minor = models.BigIntegerField()  # per month
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["lease", "from_on"], name="rent_step_once_a_day"),
            models.CheckConstraint(condition=models.Q(rent_minor__gt=0), name="rent_step_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.rent_minor} from {self.from_on}"


class Party(models.Model):
    """One who owes under a lease, with the account on which the debt stands. Without shares there is one: `joint`."""

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="parties")
    label = models.CharField(max_length=40)  # the renter's public id, or "joint"
    weight = models.BigIntegerField()  # of the rent, at first; the parties' weights are its shares. 0: came later
    changes = models.JSONField(default=list, db_default=[], blank=True)  # [["2027-01-01", weight], …], the earliest first
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="party")

    class Meta:
        verbose_name_plural = "parties"
        constraints = [
            models.UniqueConstraint(fields=["lease", "label"], name="party_once"),
            models.CheckConstraint(condition=models.Q(weight__gte=0), name="party_weight_not_negative"),
        ]

    def __str__(self) -> str:
        return self.label

    def weight_on(self, day: date) -> int:
        """Its weight for what falls due on that day."""
        return weight_on(self.weight, self.changes, day)

    @property
    def renter_id(self) -> str | None:
        """Public id of the one renter who owes here; None where all owe together."""
        return None if self.label == JOINT else self.label


class Renter(models.Model):
    """A person on a lease, and the party that this person pays for."""

    id = models.BigAutoField(primary_key=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="renters")
    user = models.ForeignKey("directpay.User", on_delete=models.PROTECT, related_name="tenancies")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="renters")
    share = models.JSONField(null=True)  # as it was agreed: {"amount": …}, {"percent": …} or {"weight": …}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lease", "user"], name="renter_once")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.lease_id}"


class LateFeePolicy(models.Model):
    """What was agreed for late rent, for charges that fall due from a day on. A change is a new row: what was judged keeps its own."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="late_fee_policies")
    from_on = models.DateField()
    grace_days = models.SmallIntegerField()
    flat_minor = models.BigIntegerField(null=True)
    percent_bps = models.IntegerField(null=True)
    daily_minor = models.BigIntegerField(null=True)
    cap_minor = models.BigIntegerField(null=True)
    cap_bps = models.IntegerField(null=True)
    basis = models.CharField(max_length=10, choices=[(name, name) for name in BASES], default=OVERDUE)
    mode = models.CharField(max_length=10, choices=[(name, name) for name in MODES])
    per = models.CharField(max_length=10, choices=[(name, name) for name in WHOSE], default=WHOLE_LEASE)
    returned_fee_minor = models.BigIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "late fee policies"
        constraints = [
            models.CheckConstraint(condition=models.Q(grace_days__gte=0), name="late_fee_grace"),
            models.CheckConstraint(
                condition=models.Q(
                    *(
                        models.Q(**{name: None}) | models.Q(**{f"{name}__gt": 0})
                        for name in ("flat_minor", "percent_bps", "daily_minor", "cap_minor", "cap_bps", "returned_fee_minor")
                    )
                ),
                name="late_fee_positive",
            ),
            models.CheckConstraint(condition=models.Q(cap_minor=None) | models.Q(cap_bps=None), name="late_fee_one_cap"),
        ]
        indexes = [
            models.Index(fields=["lease", "-from_on", "-id"], name="late_fee_policy_in_force"),
            models.Index(fields=["created_at", "id"], name="late_fee_policy_at"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def terms(self) -> LateFeeTerms:
        return LateFeeTerms(
            self.grace_days,
            self.flat_minor,
            self.percent_bps,
            self.daily_minor,
            self.cap_minor,
            self.cap_bps,
            self.basis,
            self.mode,
            self.per,
            self.returned_fee_minor,
        )
