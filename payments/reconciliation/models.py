from django.db import models


class BankLine(models.Model):
    """A line of our own bank's statement, as the bank reported it. Statement files will feed the same rows.

    `item` names what it belongs to (a payment, a bank account's deposits); empty: nobody knows yet.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    bank = models.CharField(max_length=10, choices=[("client",) * 2, ("own",) * 2])
    reference = models.CharField(max_length=100)
    rail = models.CharField(max_length=20)
    item = models.CharField(max_length=40, default="")
    amount_minor = models.BigIntegerField()  # + came in, − went out
    currency = models.CharField(max_length=3)
    value_on = models.DateField()
    reported_at = models.DateTimeField()
    posted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank", "reference"], name="bank_line_once"),
            models.CheckConstraint(condition=~models.Q(amount_minor=0), name="bank_line_not_zero"),
        ]
        indexes = [models.Index(fields=["item"], name="bank_line_item")]

    def __str__(self) -> str:
        return self.reference
