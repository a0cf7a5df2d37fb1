"""Open work always has a time at which it is looked at; questions about a hold may expire; all guards anew."""

from django.db import migrations, models

from erasure.guards import InstallGuards, LiftGuards


class Migration(migrations.Migration):
    dependencies = [("erasure", "0004_form_tokens")]

    operations = [
        LiftGuards(),
        migrations.AlterField(
            model_name="override",
            name="decision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("approved", "Approved"),
                    ("denied", "Denied"),
                    ("withdrawn", "Withdrawn"),
                    ("expired", "Expired, nobody decided in time"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            model_name="submission",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("status", "blocked"),
                    ("status__in", ("cancelled", "completed", "failed", "refused")),
                    ("next_attempt_at__isnull", False),
                    _connector="OR",
                ),
                name="submission_open_has_a_time",
            ),
        ),
        InstallGuards(),
    ]
