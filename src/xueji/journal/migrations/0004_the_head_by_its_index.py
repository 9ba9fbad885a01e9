"""The head of the chain is found by its index, whatever the table looked like when the plan was made.

A plan inside a function is kept as long as the connection. One that was made while the journal held a handful of rows reads the
whole table at every act afterwards, until the table is next analysed.
"""

from django.db import migrations


def by_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER FUNCTION journal_head() SET enable_seqscan = off", None)


def by_any_plan(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER FUNCTION journal_head() RESET enable_seqscan", None)


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_the_end_of_the_chain")]
    operations = [migrations.RunPython(by_index, by_any_plan)]
