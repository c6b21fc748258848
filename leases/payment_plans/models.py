from django.db import models
from django_fsm import FSMField, transition

from leases.contracts.models import Lease, Party
from leases.rent.models import Charge


class PaymentPlan(models.Model):
    """What a party is behind with, agreed to be paid in dated parts. Nothing is posted: what is owed stays where it stands in the books,
    only the days by which it is judged are others. How a part stands is reckoned, never kept."""

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        ACTIVE = "active"
        COMPLETED = "completed"
        BROKEN = "broken"
        CANCELED = "canceled"

    class Side(models.TextChoices):
        LANDLORD = "landlord"
        RENTER = "renter"

    LIVE = (Status.PROPOSED, Status.ACTIVE)

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    status = FSMField(default=Status.PROPOSED, choices=Status.choices, protected=True)
    version = models.IntegerField(default=1)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="payment_plans")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="payment_plans")
    amount_minor = models.BigIntegerField()
    grace_days = models.SmallIntegerField()  # after a part's day, before the plan is broken
    fees_go_on = models.BooleanField(default=False)  # whether what is covered costs late fees meanwhile
    proposed_by = models.CharField(max_length=10, choices=Side.choices)
    note = models.CharField(max_length=200, default="", blank=True)
    accepted_on = models.DateField(null=True)
    ended_on = models.DateField(null=True)  # the day from which what is owed is judged as ever
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    metadata = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="payment_plan_positive"),
            models.CheckConstraint(condition=models.Q(grace_days__gte=0), name="payment_plan_grace"),
            models.UniqueConstraint(
                fields=["party"], condition=models.Q(status__in=["proposed", "active"]), name="payment_plan_one_a_party"
            ),
            models.CheckConstraint(
                condition=models.Q(status="proposed", accepted_on=None)
                | models.Q(status="canceled")
                | models.Q(status__in=["active", "completed", "broken"], accepted_on__isnull=False),
                name="payment_plan_accepted",
            ),
            models.CheckConstraint(
                condition=models.Q(status__in=["proposed", "active"], ended_on=None)
                | models.Q(status__in=["completed", "broken", "canceled"], ended_on__isnull=False),
                name="payment_plan_ended",
            ),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="payment_plan_at")]

    def __str__(self) -> str:
        return self.public_id

    # Every edge of the machine, once. The database's own table of them is generated from here; a test compares the two.

    @transition(field=status, source=Status.PROPOSED, target=Status.ACTIVE)
    def accept(self) -> None:
        """The other side agrees."""

    @transition(field=status, source=Status.ACTIVE, target=Status.COMPLETED)
    def complete(self) -> None:
        """All parts are paid, by money that has arrived."""

    @transition(field=status, source=Status.ACTIVE, target=Status.BROKEN)
    def break_off(self) -> None:
        """A part was open when its grace was over."""

    @transition(field=status, source=[Status.PROPOSED, Status.ACTIVE], target=Status.CANCELED)
    def cancel(self) -> None:
        """By either side."""


class PlanPart(models.Model):
    """So much by that day."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="parts")
    number = models.SmallIntegerField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="plan_part_once"),
            models.UniqueConstraint(fields=["plan", "due_on"], name="plan_part_once_a_day"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="plan_part_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"


class CoveredCharge(models.Model):
    """So much of a charge is judged by the days of the plan: what was open of it, the oldest first, when the plan was accepted."""

    id = models.BigAutoField(primary_key=True)
    plan = models.ForeignKey(PaymentPlan, on_delete=models.PROTECT, related_name="covered")
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "charge"], name="covered_charge_once"),
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="covered_charge_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.charge_id}"
