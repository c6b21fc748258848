from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leases", "0018_move_outs_anew")]
    operations = [migrations.AddField("trustbank", "version", models.IntegerField(db_default=1, default=1))]
