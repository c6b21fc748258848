import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.contrib.postgres.operations import AddIndexConcurrently, TrigramExtension
from django.db import migrations, models

from directpay.migrations._partitions import index_partitions

EVENTS = {"directpay_event_at": "at, id", "directpay_event_type": "type, at, id"}


def index(apps, schema_editor):
    for name, columns in EVENTS.items():
        index_partitions(schema_editor, "directpay_event", name, columns)


def unindex(apps, schema_editor):
    for name in EVENTS:
        schema_editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    """Lists of people and payees fall by time, each filter by an index of its own; the log of events likewise."""

    atomic = False  # indexes are made concurrently

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("directpay", "0007_api_version"),
    ]

    operations = [
        TrigramExtension(),
        AddIndexConcurrently(
            model_name="payee",
            index=models.Index(fields=["created_at", "id"], name="payee_at"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["created_at", "id"], name="user_at"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["role", "created_at", "id"], name="user_role_at"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(fields=["created_by", "created_at", "id"], name="user_creator_at"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=models.Index(django.db.models.functions.text.Upper("phone"), name="user_phone"),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"),
                name="user_name",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(django.db.models.functions.text.Upper("email"), name="gin_trgm_ops"),
                name="user_email",
            ),
        ),
        AddIndexConcurrently(
            model_name="user",
            index=django.contrib.postgres.indexes.GinIndex(
                condition=models.Q(("metadata", {}), _negated=True), fields=["metadata"], name="user_metadata"
            ),
        ),
        migrations.RunPython(index, unindex),
        migrations.AlterField(
            model_name="user",
            name="created_by",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
    ]
