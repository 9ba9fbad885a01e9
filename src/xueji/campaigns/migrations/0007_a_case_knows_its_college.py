"""A case carries its record's college and class, so that a hundred thousand are counted from one index.

The database keeps them true, whoever writes: filled in when a case is opened, followed when a record moves.
"""

from django.db import migrations, models

POSTGRESQL = [
    """
    CREATE FUNCTION case_knows_its_college() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      SELECT college_id, class_number INTO NEW.college_code, NEW.class_number FROM records_studentrecord WHERE id = NEW.record_id;
      RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER case_knows_its_college BEFORE INSERT ON campaigns_case
    FOR EACH ROW EXECUTE FUNCTION case_knows_its_college()
    """,
    """
    CREATE FUNCTION case_follows_its_record() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE campaigns_case SET college_code = NEW.college_id, class_number = NEW.class_number WHERE record_id = NEW.id;
      RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER case_follows_its_record AFTER UPDATE OF college_id, class_number ON records_studentrecord FOR EACH ROW
    WHEN (OLD.college_id IS DISTINCT FROM NEW.college_id OR OLD.class_number IS DISTINCT FROM NEW.class_number)
    EXECUTE FUNCTION case_follows_its_record()
    """,
]
SQLITE = [
    """
    CREATE TRIGGER case_knows_its_college AFTER INSERT ON campaigns_case BEGIN
      UPDATE campaigns_case SET (college_code, class_number) =
        (SELECT college_id, class_number FROM records_studentrecord WHERE id = NEW.record_id) WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER case_follows_its_record AFTER UPDATE OF college_id, class_number ON records_studentrecord
    WHEN OLD.college_id IS NOT NEW.college_id OR OLD.class_number IS NOT NEW.class_number BEGIN
      UPDATE campaigns_case SET college_code = NEW.college_id, class_number = NEW.class_number WHERE record_id = NEW.id;
    END
    """,
]
FILL = """
    UPDATE campaigns_case SET
      college_code = (SELECT r.college_id FROM records_studentrecord r WHERE r.id = campaigns_case.record_id),
      class_number = (SELECT r.class_number FROM records_studentrecord r WHERE r.id = campaigns_case.record_id)
"""


def follow(apps, schema_editor):
    for statement in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(statement, None)
    schema_editor.execute(FILL, None)


def forget(apps, schema_editor):
    on_postgresql = schema_editor.connection.vendor == "postgresql"
    for name, table in (("case_knows_its_college", "campaigns_case"), ("case_follows_its_record", "records_studentrecord")):
        schema_editor.execute(f"DROP TRIGGER {name} ON {table}" if on_postgresql else f"DROP TRIGGER {name}", None)
        if on_postgresql:
            schema_editor.execute(f"DROP FUNCTION {name}()", None)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0006_ask_for_a_later_end"), ("records", "0003_find_a_class_quickly")]

    operations = [
        migrations.AddField("case", "college_code", models.CharField(blank=True, default="", editable=False, max_length=32, verbose_name="学院代码")),
        migrations.AddField("case", "class_number", models.CharField(blank=True, default="", editable=False, max_length=32, verbose_name="班号")),
        migrations.RunPython(follow, forget),
    ]
