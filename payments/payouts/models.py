from django.db import models

from payments.payins.models import Payment


class Settlement(models.Model):
    """A batch that made payments of one payee and currency available: the sum of its lines, posted as one transaction."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="settlements")
    currency = models.CharField(max_length=3)
    gross_minor = models.BigIntegerField()
    fee_minor = models.BigIntegerField()
    net_minor = models.BigIntegerField()
    count = models.IntegerField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(net_minor=models.F("gross_minor") - models.F("fee_minor")), name="settlement_adds_up")
        ]

    def __str__(self) -> str:
        return self.public_id


class SettlementLine(models.Model):
    """One payment in a settlement; a payment is settled once."""

    id = models.BigAutoField(primary_key=True)
    settlement = models.ForeignKey(Settlement, on_delete=models.PROTECT, related_name="lines")
    payment = models.OneToOneField(Payment, on_delete=models.PROTECT, related_name="settlement_line")
    net_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.payment_id}"
