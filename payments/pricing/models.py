from django.db import models


class RailFee(models.Model):
    """What one payee's payments cost on one rail, where it differs from the house price."""

    id = models.BigAutoField(primary_key=True)
    payee = models.ForeignKey("directpay.Payee", on_delete=models.PROTECT, related_name="rail_fees")
    rail = models.CharField(max_length=20)
    fee_minor = models.BigIntegerField()
    fee_payer = models.CharField(max_length=5, choices=[("payee", "payee"), ("payer", "payer")])

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payee", "rail"], name="rail_fee_once"),
            models.CheckConstraint(condition=models.Q(fee_minor__gte=0), name="rail_fee_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.payee_id} {self.rail} {self.fee_minor}"
