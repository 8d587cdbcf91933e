# What is there already stays: a column of jsonb becomes its text, and on SQLite it was text before.

from django.db import migrations

import chatroom.conversations.verbatim


class Migration(migrations.Migration):

    dependencies = [
        ("conversations", "0003_search"),
    ]

    operations = [
        migrations.AlterField("part", "opaque", chatroom.conversations.verbatim.VerbatimJSON(blank=True, default=list)),
        migrations.AlterField("listing", "listed", chatroom.conversations.verbatim.VerbatimJSON(default=list)),
        migrations.AlterField(
            "exchange", "request_headers", chatroom.conversations.verbatim.VerbatimJSON(default=dict)
        ),
        migrations.AlterField(
            "exchange", "response_headers", chatroom.conversations.verbatim.VerbatimJSON(default=dict)
        ),
    ]
