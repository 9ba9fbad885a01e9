from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("graduation", "0001_the_review")]

    operations = [
        migrations.AddField("filing", "layout", models.TextField(blank=True, verbose_name="格式全文")),
    ]
