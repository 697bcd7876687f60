"""The table of orders."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Make it."""

    initial = True
    operations = (
        migrations.CreateModel(
            "Order",
            fields=[
                ("id", models.BigAutoField(primary_key=True)),
                ("item", models.CharField(max_length=100)),
                ("receipt", models.TextField(blank=True)),
            ],
        ),
    )
