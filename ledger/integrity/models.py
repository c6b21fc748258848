from django.db import models


class Check(models.Model):
    """One round of questions to the books and what each invariant answered, kept as it was told."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField()
    asked_by = models.CharField(max_length=60)
    holds = models.IntegerField()  # how many invariants do
    broken = models.IntegerField()
    not_applicable = models.IntegerField()
    findings = models.JSONField()  # as `integrity.queries.findings_of` reads them

    class Meta:
        verbose_name = "check of the books"
        verbose_name_plural = "checks of the books"
        indexes = [models.Index(fields=["-at", "-id"], name="check_latest")]

    def __str__(self) -> str:
        return self.at.isoformat()
