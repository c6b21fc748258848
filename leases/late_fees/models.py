from django.db import models

from leases.contracts.models import LateFeePolicy, Lease, Party
from leases.rent.models import Charge


class LateFee(models.Model):
    """What rent that came late, or money that came back, costs the renter: proposed, charged, dismissed; waived at most once.

    What is late is reckoned anew each time; what stands here is what was made of it, by which policy, and why.
    """

    class Kind(models.TextChoices):
        FIRST = "first"  # once a charge, on the day after grace
        DAILY = "daily"
        RETURNED_PAYMENT = "returned_payment"

    class Status(models.TextChoices):
        PROPOSED = "proposed"
        ASSESSED = "assessed"
        DISMISSED = "dismissed"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="late_fees")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="late_fees")  # who alone owes it; None: all
    policy = models.ForeignKey(LateFeePolicy, on_delete=models.PROTECT, related_name="late_fees")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    charge = models.ForeignKey(Charge, on_delete=models.PROTECT, null=True, related_name="late_fees")  # the rent that is late
    day = models.SmallIntegerField(default=0)  # days after the first
    overdue_minor = models.BigIntegerField(default=0)  # of the charge, at the end of the day that was judged
    cause = models.CharField(max_length=40, default="")  # the payment or receipt that came back
    reason_on = models.DateField()  # the day on which the rent was due, or the money came back
    amount_minor = models.BigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices)
    fee_charge = models.OneToOneField(Charge, on_delete=models.PROTECT, null=True, related_name="late_fee")  # by which it is owed
    assessed_on = models.DateField(null=True)
    waived_minor = models.BigIntegerField(default=0)
    waived_at = models.DateTimeField(null=True)
    waived_on = models.DateField(null=True)
    waiver_reason = models.CharField(max_length=200, default="", blank=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="late_fee_amount"),
            models.CheckConstraint(
                condition=models.Q(waived_minor=0, waived_at=None)
                | models.Q(waived_minor__gt=0, waived_minor__lte=models.F("amount_minor"), waived_at__isnull=False, status="assessed"),
                name="late_fee_waived_within",
            ),
            models.CheckConstraint(
                condition=models.Q(status="assessed", fee_charge__isnull=False)
                | (~models.Q(status="assessed") & models.Q(fee_charge__isnull=True)),
                name="late_fee_owed_by_a_charge",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="returned_payment", charge=None) & ~models.Q(cause="")
                | ~models.Q(kind="returned_payment") & models.Q(charge__isnull=False, cause=""),
                name="late_fee_has_a_reason",
            ),
            models.UniqueConstraint(
                fields=["charge", "party", "day"],
                condition=models.Q(charge__isnull=False),
                nulls_distinct=False,
                name="late_fee_once_a_day",
            ),
            models.UniqueConstraint(fields=["cause"], condition=~models.Q(cause=""), name="returned_fee_once"),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="late_fee_at")]

    def __str__(self) -> str:
        return self.public_id
