from pathlib import Path

from django.db import migrations

FUNCTION = (Path(__file__).parent / "sql" / "stand_to_pay.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("leases", "0003_lists"), ("payments", "0006_lists")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION leases_stand_to_pay")]
