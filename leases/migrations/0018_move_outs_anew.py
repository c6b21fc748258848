import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("leases", "0017_deposits_taken_back")]
    operations = [
        migrations.AddField("moveout", "replaced_at", models.DateTimeField(null=True)),
        migrations.AlterField(
            "moveout",
            "lease",
            models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="move_outs", to="leases.lease"),
        ),
        migrations.AddConstraint(
            "moveout", models.UniqueConstraint(condition=models.Q(replaced_at=None), fields=["lease"], name="move_out_one_at_a_time")
        ),
    ]
