from datetime import timedelta

from django.db import migrations, models

from ledger.migrations._functions import FOLDER, function

BEFORE = {
    "journal.sql": ("ledger_guard_new_account",),
    "history.sql": ("ledger_guard_watermark", "ledger_guard_period"),
    "post_before_limits.sql": ("ledger_refuse_ahead",),
}

# These files stand for what is true today: an installation that was made with earlier ones gets it here.
FUNCTIONS = "\n".join(
    [
        *((FOLDER / name).read_text(encoding="utf-8") for name in ("limits.sql", "post.sql")),
        function("allocation.sql", "ledger_check_allocations"),
    ]
)
AS_BEFORE = "\n".join(function(file, name) for file, names in BEFORE.items() for name in names)
UNDO = f"""
DROP TRIGGER kept ON ledger_kind; DROP TRIGGER kept_truncate ON ledger_kind;
DROP TRIGGER kept ON ledger_limit; DROP TRIGGER kept_truncate ON ledger_limit;
{AS_BEFORE}
DROP FUNCTION ledger_latest_moment;
"""
# Generated from the kinds that the rooms register; a test compares the two. Number, normal side, fund, floor, mirror, by item.
KINDS = (
    ("L1100", 1, "operating", "any", "landlord", False),
    ("L1200", 1, "operating", "any", "", False),
    ("L1210", 1, "operating", "zero", "", False),
    ("L1310", 1, "trust", "zero", "", False),
    ("L1320", 1, "trust", "zero", "trust", False),
    ("L1330", 1, "operating", "zero", "", False),
    ("L1500", 1, "operating", "any", "", False),
    ("L1510", 1, "operating", "zero", "", False),
    ("L2200", -1, "trust", "zero", "", False),
    ("L2210", -1, "trust", "zero", "", False),
    ("L2230", -1, "trust", "zero", "", False),
    ("L2240", -1, "trust", "zero", "", False),
    ("L2250", -1, "operating", "zero", "", False),
    ("L2300", -1, "operating", "zero", "invoice", False),
    ("L3100", -1, "operating", "any", "", False),
    ("L4100", -1, "operating", "any", "", False),
    ("L4110", -1, "operating", "any", "", False),
    ("L4300", -1, "operating", "any", "", False),
    ("L4310", -1, "operating", "any", "", False),
    ("L4400", -1, "operating", "any", "", False),
    ("L4800", -1, "operating", "any", "", False),
    ("L4900", 1, "operating", "any", "", False),
    ("L6100", 1, "operating", "any", "", False),
    ("L6110", 1, "operating", "any", "", False),
    ("L6200", 1, "operating", "any", "", False),
    ("L6300", 1, "operating", "any", "", False),
    ("L6900", 1, "operating", "any", "", False),
    ("P1110", 1, "client", "zero", "", False),
    ("P1130", 1, "own", "zero", "", False),
    ("P1140", 1, "client", "zero", "", False),
    ("P1210", 1, "client", "any", "", True),
    ("P1240", 1, "client", "zero", "", True),
    ("P1310", 1, "own", "zero", "invoice", False),
    ("P1390", 1, "client", "zero", "", True),
    ("P1600", 1, "client", "any", "", False),
    ("P2110", -1, "client", "zero", "landlord", False),
    ("P2120", -1, "client", "kinds", "landlord", False),
    ("P2130", -1, "client", "zero", "landlord", True),
    ("P2140", -1, "client", "zero", "landlord", True),
    ("P2150", -1, "client", "zero", "landlord", False),
    ("P2160", -1, "client", "zero", "landlord", True),
    ("P2210", -1, "client", "zero", "trust", False),
    ("P2310", -1, "client", "zero", "", True),
    ("P2400", -1, "client", "zero", "", True),
    ("P2500", -1, "own", "zero", "", False),
    ("P2700", -1, "client", "zero", "", False),
    ("P3100", -1, "own", "any", "", False),
    ("P4110", -1, "own", "any", "", False),
    ("P4120", -1, "own", "any", "", False),
    ("P4130", -1, "own", "any", "", False),
    ("P4140", -1, "own", "any", "", False),
    ("P4200", -1, "own", "any", "", False),
    ("P4300", -1, "own", "any", "", False),
    ("P5100", 1, "own", "any", "", False),
    ("P5120", 1, "own", "any", "", False),
    ("P5200", 1, "own", "any", "", False),
    ("P5300", 1, "own", "any", "", False),
    ("P5400", 1, "own", "any", "", False),
    ("P5600", 1, "own", "any", "", False),
    ("P5900", 1, "own", "any", "", False),
)


def fill(apps, schema_editor):
    kind = apps.get_model("ledger", "Kind")
    names = ("number", "normal", "fund", "floor", "mirror", "by_item")
    kind.objects.bulk_create([kind(**dict(zip(names, row, strict=True))) for row in KINDS])
    apps.get_model("ledger", "Limit").objects.create(id=1, ahead=timedelta(days=1))


class Migration(migrations.Migration):
    """The chart of accounts, and the moments that are believed, as the database judges by them."""

    dependencies = [("ledger", "0006_archive"), ("directpay", "0002_event_log")]
    operations = [
        migrations.CreateModel(
            name="Kind",
            fields=[
                ("number", models.CharField(max_length=5, primary_key=True, serialize=False)),
                ("normal", models.SmallIntegerField()),
                ("fund", models.CharField(max_length=9)),
                ("floor", models.CharField(max_length=5)),
                ("mirror", models.CharField(default="", max_length=8)),
                ("by_item", models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name="Limit",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("ahead", models.DurationField()),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(id=1), name="limit_is_one")]},
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunSQL(FUNCTIONS, UNDO),
    ]
