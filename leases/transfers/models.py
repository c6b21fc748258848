from django.db import models

from leases.contracts.models import Lease, Party
from leases.rent.models import Charge


class Move(models.Model):
    """The renters of a lease go to another unit of the same owner's; from `from_on` on, what they owe or have paid ahead goes along."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    old = models.OneToOneField(Lease, on_delete=models.PROTECT, related_name="moved_on")
    new = models.OneToOneField(Lease, on_delete=models.PROTECT, related_name="came_from")
    from_on = models.DateField()
    created_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.public_id


class Transfer(models.Model):
    """What a party owes less and another owes more: a credit given to a roommate, or a balance that goes along to another unit."""

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    giver = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="transfers_given")  # owes more by it, or has less ahead
    taker = models.ForeignKey(Party, on_delete=models.PROTECT, related_name="transfers_taken")  # owes less by it, or has more ahead
    amount_minor = models.BigIntegerField()
    move = models.ForeignKey(Move, on_delete=models.PROTECT, null=True, related_name="transfers")
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, null=True, related_name="transfer")  # as which a debt went along
    reason = models.CharField(max_length=200, blank=True)
    transferred_on = models.DateField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~models.Q(giver=models.F("taker")), name="transfer_between_two"),
        ]
        indexes = [models.Index(fields=["created_at", "id"], name="transfer_at")]

    def __str__(self) -> str:
        return self.public_id
