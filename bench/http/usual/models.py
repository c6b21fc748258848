"""The event log as the ORM may write it: our own model leaves its key to the database."""

from django.db import models


class UsualEvent(models.Model):
    id = models.BigAutoField(primary_key=True)
    public_id = models.CharField(max_length=40)
    type = models.CharField(max_length=60)
    object_id = models.CharField(max_length=40)
    version = models.IntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=60)
    request_id = models.CharField(max_length=64)
    account_ids = models.JSONField(default=list)
    data = models.JSONField()

    class Meta:
        managed = False
        db_table = "directpay_event"

    def __str__(self) -> str:
        return self.public_id
