# The index itself is made after every migrate, where it is missing: see `searching/index.py`.

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Copy the owner of each conversation to what was said in it."""
    conversation, message, part = (apps.get_model("conversations", name) for name in ("Conversation", "Message", "Part"))
    owner = conversation.objects.filter(pk=OuterRef("conversation")).values("owner")
    message.objects.update(owner=Subquery(owner))
    owner = message.objects.filter(run=OuterRef("run")).values("owner")
    part.objects.update(owner=Subquery(owner))


def owner():
    return models.ForeignKey(
        null=True,
        editable=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("conversations", "0002_dialects_and_thoughts"),
    ]

    operations = [
        migrations.AddField(model_name="message", name="owner", field=owner()),
        migrations.AddField(model_name="part", name="owner", field=owner()),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
