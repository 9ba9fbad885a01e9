from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0004_endorse_college_sheets")]

    operations = [
        migrations.AddField("batch", "beside", models.JSONField(blank=True, default=dict, verbose_name="名单以外的人")),
        migrations.AddField("batch", "empty_reason", models.CharField(blank=True, max_length=500, verbose_name="空表的原因")),
    ]
