from django.db import models


class ProcessorPayout(models.Model):
    """A sum that a processor has paid to our bank, for many payments at once. What becomes of it is a saga's to say."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    processor = models.CharField(max_length=20)
    reference = models.CharField(max_length=60)  # the processor's name of it
    amount_minor = models.BigIntegerField()  # what reaches our bank; below zero, what is taken from it
    currency = models.CharField(max_length=3)
    arrives_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["processor", "reference"], name="processor_payout_once")]
        indexes = [models.Index(fields=["created_at", "id"], name="processor_payout_at")]

    def __str__(self) -> str:
        return self.reference


class ProcessorPayoutLine(models.Model):
    """One part of it, as the processor reports it. `item`: our payment or refund, once it is known which."""

    id = models.BigAutoField(primary_key=True)
    payout = models.ForeignKey(ProcessorPayout, on_delete=models.PROTECT, related_name="lines")
    reference = models.CharField(max_length=60)
    kind = models.CharField(max_length=40)
    about = models.CharField(max_length=60, blank=True)
    rail = models.CharField(max_length=20, blank=True)
    item = models.CharField(max_length=40, blank=True)
    amount_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["payout", "reference"], name="processor_payout_line_once")]
        indexes = [models.Index(fields=["item"], name="processor_payout_line_item", condition=~models.Q(item=""))]

    def __str__(self) -> str:
        return self.reference

    @property
    def net_minor(self) -> int:
        return self.amount_minor - self.fee_minor
