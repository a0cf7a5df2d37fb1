"""The events, the head they are appended from, and the triggers that guard both."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models

from audit.append_only import InstallAppendOnly


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('seq', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('body', models.TextField(verbose_name='line as stored')),
                ('leaf', models.BinaryField(max_length=32, verbose_name='leaf hash')),
                ('act', models.CharField(max_length=40, verbose_name='event')),
                ('obj', models.CharField(max_length=64, verbose_name='about')),
                ('actor', models.CharField(max_length=24, verbose_name='who')),
                ('occurred_at', models.DateTimeField(verbose_name='time')),
            ],
            options={
                'verbose_name': 'audit event',
                'db_table': 'audit_event',
                'ordering': ['seq'],
                'default_permissions': ('view',),
                'indexes': [models.Index(fields=['obj', 'seq'], name='audit_event_by_object'), models.Index(fields=['act', 'seq'], name='audit_event_by_act'), models.Index(fields=['actor', 'seq'], name='audit_event_by_actor'), models.Index(fields=['occurred_at'], name='audit_event_by_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('seq__gte', 0)), name='audit_event_counts_from_zero'), models.CheckConstraint(condition=django.db.models.lookups.Exact(django.db.models.functions.text.Length('leaf'), 32), name='audit_event_leaf_is_sha256')],
            },
        ),
        migrations.CreateModel(
            name='AuditHead',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, primary_key=True, serialize=False)),
                ('log', models.UUIDField()),
                ('origin', models.CharField(max_length=255)),
                ('size', models.BigIntegerField(default=0)),
                ('frontier', models.BinaryField(default=bytes)),
                ('base_size', models.BigIntegerField(default=0)),
                ('base_frontier', models.BinaryField(default=bytes)),
            ],
            options={
                'verbose_name': 'head of the log',
                'db_table': 'audit_head',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='audit_head_is_one_row'), models.CheckConstraint(condition=models.Q(('base_size__gte', 0), ('size__gte', models.F('base_size'))), name='audit_head_holds_base')],
            },
        ),
        InstallAppendOnly(),
    ]
