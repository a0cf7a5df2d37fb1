from django.db import migrations

from erasure.guards import InstallGuards


class Migration(migrations.Migration):
    dependencies = [("erasure", "0002_initial")]
    operations = [InstallGuards()]
