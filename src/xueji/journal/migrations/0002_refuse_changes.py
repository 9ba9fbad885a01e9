"""The journal's table refuses UPDATE, DELETE and TRUNCATE, whoever asks through the application's connection."""

from django.db import migrations

POSTGRESQL = [
    """
    CREATE FUNCTION journal_refuses() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'the journal is never changed: % refused', TG_OP; END $$;
    """,
    """
    CREATE TRIGGER journal_refuses_rows BEFORE UPDATE OR DELETE ON journal_event
    FOR EACH ROW EXECUTE FUNCTION journal_refuses();
    """,
    """
    CREATE TRIGGER journal_refuses_truncate BEFORE TRUNCATE ON journal_event
    FOR EACH STATEMENT EXECUTE FUNCTION journal_refuses();
    """,
]
SQLITE = [
    """
    CREATE TRIGGER journal_refuses_update BEFORE UPDATE ON journal_event
    BEGIN SELECT RAISE(ABORT, 'the journal is never changed: UPDATE refused'); END;
    """,
    """
    CREATE TRIGGER journal_refuses_delete BEFORE DELETE ON journal_event
    BEGIN SELECT RAISE(ABORT, 'the journal is never changed: DELETE refused'); END;
    """,
]


def refuse(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)  # None: the % of RAISE is not a placeholder


def allow(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER journal_refuses_rows ON journal_event")
        schema_editor.execute("DROP TRIGGER journal_refuses_truncate ON journal_event")
        schema_editor.execute("DROP FUNCTION journal_refuses()")
    else:
        schema_editor.execute("DROP TRIGGER journal_refuses_update")
        schema_editor.execute("DROP TRIGGER journal_refuses_delete")


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_events")]
    operations = [migrations.RunPython(refuse, allow)]
