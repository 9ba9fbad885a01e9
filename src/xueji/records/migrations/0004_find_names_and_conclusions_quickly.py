from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("records", "0003_find_a_class_quickly")]

    operations = [
        migrations.AddIndex("person", models.Index(fields=["name", "id"], name="person_by_name")),
        migrations.AddIndex("studentrecord", models.Index(fields=["conclusion", "college"], name="record_by_conclusion")),
    ]
