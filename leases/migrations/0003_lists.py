import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Leases, properties and units by time, by their days, names and metadata."""

    atomic = False  # indexes are made concurrently

    dependencies = [
        ("directpay", "0008_lists"),
        ("leases", "0002_standing"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name="lease",
            index=models.Index(fields=["created_at", "id"], name="lease_at"),
        ),
        AddIndexConcurrently(
            model_name="lease",
            index=models.Index(fields=["start_on"], name="lease_start"),
        ),
        AddIndexConcurrently(
            model_name="lease",
            index=models.Index(fields=["end_on"], name="lease_end"),
        ),
        AddIndexConcurrently(
            model_name="lease",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="lease_metadata"
            ),
        ),
        AddIndexConcurrently(
            model_name="property",
            index=models.Index(fields=["created_at", "id"], name="property_at"),
        ),
        AddIndexConcurrently(
            model_name="property",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"),
                name="property_name",
            ),
        ),
        AddIndexConcurrently(
            model_name="property",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="property_metadata"
            ),
        ),
        AddIndexConcurrently(
            model_name="unit",
            index=models.Index(fields=["created_at", "id"], name="unit_at"),
        ),
        AddIndexConcurrently(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"),
                name="unit_name",
            ),
        ),
        AddIndexConcurrently(
            model_name="unit",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="unit_metadata"
            ),
        ),
    ]
