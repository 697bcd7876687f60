"""What is in the database."""

from django.db import models


class Order(models.Model):
    """An order, and its receipt once the worker has written it."""

    item = models.CharField(max_length=100)
    receipt = models.TextField(blank=True)
