from pathlib import Path

from django.db import migrations

FUNCTION = (Path(__file__).parent / "sql" / "answers.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):
    dependencies = [("directpay", "0008_lists")]
    operations = [migrations.RunSQL(FUNCTION, "DROP FUNCTION directpay_keep_answer")]
