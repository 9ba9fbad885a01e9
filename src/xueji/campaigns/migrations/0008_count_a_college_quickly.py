from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0007_a_case_knows_its_college")]

    operations = [
        migrations.RemoveIndex("case", "case_by_finish"),
        migrations.RemoveIndex("case", "case_standing"),
        migrations.AddIndex("case", models.Index(fields=["campaign", "finished_at", "left_at"], condition=models.Q(left_at=None), name="case_by_finish")),
        migrations.AddIndex(
            "case",
            models.Index(fields=["campaign", "college_code", "stage", "class_number", "left_at"], condition=models.Q(left_at=None), name="case_tally"),
        ),
    ]
