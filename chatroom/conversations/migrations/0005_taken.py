from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0004_verbatim_json"),
    ]

    operations = [
        migrations.AddField("run", "taken", models.BooleanField(db_default=False, default=False)),
    ]
