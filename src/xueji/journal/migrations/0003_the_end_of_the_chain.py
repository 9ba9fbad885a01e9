"""PostgreSQL gives the hash at the end of the chain to one writer at a time, in one question.

The function waits for the lock first and looks then: being volatile, it sees what the writer before it has committed. The lock
ends with the transaction.
"""

from django.db import migrations

HEAD = """
CREATE FUNCTION journal_head() RETURNS varchar LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(517365656169);
    RETURN (SELECT hash FROM journal_event ORDER BY seq DESC LIMIT 1);
END $$;
"""


def give(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(HEAD, None)


def take_back(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION journal_head()")


class Migration(migrations.Migration):
    dependencies = [("journal", "0002_refuse_changes")]
    operations = [migrations.RunPython(give, take_back)]
