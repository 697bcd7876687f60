"""The shop, in memory: a database in a file, queues that are lists, the real worker."""

import pytest
from django.db import connection, transaction
from django.test import Client
from shop import celery_app

from celeriac.contrib.django.task import DjangoTask
from celeriac.testing import Twin


@pytest.fixture
def twin():
    with Twin(celery_app) as twin:
        yield twin


def waiting(twin):
    return len(twin.broker.messages["shop"])


def test_an_order_has_its_receipt_when_the_worker_has_been_at_it(twin):
    answer = Client().post("/orders", {"item": "lamp"})
    assert (answer.status_code, waiting(twin)) == (202, 1)
    address = f"/orders/{answer.json()['order']}"
    assert Client().get(address).json()["receipt"] is None
    twin.run()
    assert Client().get(address).json()["receipt"].endswith("one lamp. Thank you!")


def test_what_is_rolled_back_sends_nothing(twin):
    from shop.models import Order
    from shop.tasks import write_receipt

    def declined():
        with transaction.atomic():
            write_receipt.apply_async_on_commit((Order.objects.create(item="vase").pk,), countdown=60)
            raise RuntimeError("the card was declined")

    with pytest.raises(RuntimeError, match="the card"):
        declined()
    assert waiting(twin) == 0


def test_nothing_is_sent_before_the_commit(twin):
    from shop.models import Order
    from shop.tasks import write_receipt

    with transaction.atomic():
        write_receipt.delay_on_commit(Order.objects.create(item="vase").pk)
        assert waiting(twin) == 0
    assert waiting(twin) == 1
    twin.run()


def test_the_workers_connection_does_not_stay_open_from_one_task_to_the_next(twin):
    from shop.models import Order
    from shop.tasks import write_receipt

    order = Order.objects.create(item="vase")
    write_receipt.delay(order.pk)
    twin.run()
    assert connection.connection is None
    order.refresh_from_db()
    write_receipt.apply((order.pk,)).get()
    assert connection.connection is not None  # an eager task is part of a request, whose connection it leaves alone


def test_settings_and_tasks_are_found_as_in_celery(twin):
    twin.run()
    assert "shop.tasks.write_receipt" in celery_app.tasks
    assert isinstance(celery_app.tasks["shop.tasks.write_receipt"], DjangoTask)
    assert (celery_app.conf.task_time_limit, str(celery_app.timezone)) == (30, "Europe/Berlin")


def test_a_handler_is_made_of_the_project_as_lambda_imports_it():
    from shop.handler import handler

    assert handler.app is celery_app
