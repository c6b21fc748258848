from django.db import models

from payments.methods.cards.models import Card
from payments.methods.models import BankAccount


class DefaultMethod(models.Model):
    """What a customer has chosen to pay with where nothing else is said; no row, or an empty one, for nothing."""

    id = models.BigAutoField(primary_key=True)
    user = models.OneToOneField("directpay.User", on_delete=models.PROTECT, related_name="default_method")
    card = models.ForeignKey(Card, on_delete=models.PROTECT, null=True, related_name="+")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(bank_account=None) | models.Q(card=None), name="default_method_one_source"),
        ]

    def __str__(self) -> str:
        return str(self.source) if self.source else ""

    @property
    def source(self) -> BankAccount | Card | None:
        """None too for one that was let go of meanwhile."""
        chosen = self.card or self.bank_account
        return chosen if chosen is not None and chosen.detached_at is None else None
