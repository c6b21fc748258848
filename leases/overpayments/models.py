from collections.abc import Sequence

from django.db import models

from leases.contracts.models import Lease, Party
from payments.payouts.models import Payout


class OverpaymentRefund(models.Model):
    """Money that stood ahead on a party's account and went back to whoever had paid it: one payout for each payment that it came from."""

    class Status(models.TextChoices):
        PENDING = "pending"  # some of it is on its way
        PAID = "paid"
        PARTLY_PAID = "partly_paid"  # some of it is back on the account
        FAILED = "failed"  # all of it is

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="overpayment_refunds")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="overpayment_refunds")
    amount_minor = models.BigIntegerField()
    refunded_on = models.DateField()
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="overpayment_refund_positive")]
        indexes = [models.Index(fields=["created_at", "id"], name="overpayment_refund_at")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def payouts(self) -> Sequence[Payout]:
        """In the order in which they were made: of the newest payment first."""
        return [part.payout for part in sorted(self.parts.all(), key=lambda part: part.number)]

    @property
    def came_back_minor(self) -> int:
        """What could not be delivered, and stands on the account again."""
        return sum(p.amount_minor for p in self.payouts if p.status in Payout.CAME_BACK)

    @property
    def status(self) -> str:
        if any(p.status in Payout.UNDER_WAY for p in self.payouts):
            return self.Status.PENDING
        if not self.came_back_minor:
            return self.Status.PAID
        return self.Status.FAILED if self.came_back_minor == self.amount_minor else self.Status.PARTLY_PAID


class OverpaymentPart(models.Model):
    """One payout of a refund; what it came of, its payout says."""

    id = models.BigAutoField(primary_key=True)
    refund = models.ForeignKey(OverpaymentRefund, on_delete=models.PROTECT, related_name="parts")
    number = models.SmallIntegerField()
    payout = models.OneToOneField(Payout, on_delete=models.PROTECT, related_name="overpayment_part")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["refund", "number"], name="overpayment_part_once")]

    def __str__(self) -> str:
        return f"{self.refund_id} {self.number}"
