from django.db import migrations

LABELS = ("wrong step", "contradicts itself", "made up", "unsafe", "deceptive", "good idea", "gave up")


def make(apps, schema_editor):
    label = apps.get_model("review", "Label")
    label.objects.bulk_create([label(name=name) for name in LABELS], ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [("review", "0001_review")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
