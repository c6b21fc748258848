from django.db import models


class Saga(models.Model):
    """Something that takes several steps and some time. Its rows are the memory: whoever works on it next goes on where it stands."""

    class Status(models.TextChoices):
        RUNNING = "running"
        DONE = "done"
        COMPENSATING = "compensating"  # what was done is being taken back, last step first
        COMPENSATED = "compensated"

    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=30)
    about = models.CharField(max_length=40)  # public id of what it is about
    status = models.CharField(max_length=12, choices=Status.choices, default=Status.RUNNING)
    version = models.IntegerField(default=1)
    account_ids = models.JSONField(default=list)  # public ids of the users and payees that may see it
    last_error = models.CharField(max_length=300, default="", blank=True)
    waits_for = models.CharField(max_length=100, default="", blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        db_table = "directpay_saga"
        constraints = [models.UniqueConstraint(fields=["kind", "about"], name="saga_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.about}"


class Step(models.Model):
    """One step of a saga, done once or not at all."""

    class Status(models.TextChoices):
        PENDING = "pending"
        DONE = "done"
        COMPENSATED = "compensated"

    id = models.BigAutoField(primary_key=True)
    saga = models.ForeignKey(Saga, on_delete=models.PROTECT, related_name="steps")
    position = models.SmallIntegerField()
    name = models.CharField(max_length=40)
    status = models.CharField(max_length=11, choices=Status.choices, default=Status.PENDING)
    done_at = models.DateTimeField(null=True)
    compensated_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "directpay_sagastep"
        constraints = [
            models.UniqueConstraint(fields=["saga", "position"], name="saga_step_once"),
            models.CheckConstraint(
                condition=models.Q(status="pending", done_at=None) | models.Q(done_at__isnull=False), name="saga_step_done_at"
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.saga_id} {self.name}"
