from django.db import models

from leases.contracts.models import Lease, Party
from leases.deposits.models import Deposit
from leases.rent.models import Charge
from payments.methods.models import BankAccount

KIND = "move_out"  # of its saga
DEDUCT = "deduct"  # its step that takes what is owed from the deposits


class MoveOut(models.Model):
    """A lease comes to its end: what was damaged, what is deducted, and the rest of the deposit goes back in time.

    One that was called off may be followed by another.

    Where it stands is told by its saga; what was deducted by the movements of the deposits, what was given back by payouts.
    """

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    lease = models.ForeignKey(Lease, on_delete=models.PROTECT, related_name="move_outs")
    moved_out_on = models.DateField()
    deadline_on = models.DateField()  # by the rule of the state on that day
    rule = models.CharField(max_length=200)  # that was applied, with its source
    closed_at = models.DateTimeField(null=True)
    replaced_at = models.DateTimeField(null=True)  # by another one, after this was called off
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["lease"], condition=models.Q(replaced_at=None), name="move_out_one_at_a_time")]
        indexes = [models.Index(fields=["created_at", "id"], name="move_out_at")]

    def __str__(self) -> str:
        return self.public_id


class Damage(models.Model):
    """A line of the landlord's list: charged to one party, or to all by share. The charge is named once it is made."""

    id = models.BigAutoField(primary_key=True)
    move_out = models.ForeignKey(MoveOut, on_delete=models.PROTECT, related_name="damages")
    party = models.ForeignKey(Party, on_delete=models.PROTECT, null=True, related_name="damages")
    description = models.CharField(max_length=200)
    amount_minor = models.BigIntegerField()
    charge = models.OneToOneField(Charge, on_delete=models.PROTECT, null=True, related_name="damage")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(amount_minor__gt=0), name="damage_positive")]

    def __str__(self) -> str:
        return self.description


class Destination(models.Model):
    """Where the rest of a deposit goes: a verified bank account of a renter, which may be named anew when it comes back."""

    id = models.BigAutoField(primary_key=True)
    move_out = models.ForeignKey(MoveOut, on_delete=models.PROTECT, related_name="destinations")
    deposit = models.OneToOneField(Deposit, on_delete=models.PROTECT, related_name="destination")
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, related_name="destinations")
    named_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.move_out_id} {self.deposit_id}"
