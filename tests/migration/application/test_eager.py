"""Celery's eager mode: no broker, no worker."""

from unittest.mock import Mock

import pytest
from bookshop import suppliers, tasks
from bookshop.celery import app
from bookshop.mail import OUTBOX
from bookshop.metrics import COUNTS
from celery import chain, group
from celery.exceptions import Retry

pytestmark = pytest.mark.usefixtures("eager")


def test_a_task_is_a_function():
    assert tasks.total([1, 2]) == 3


def test_a_quotation_adds_what_is_converted():
    assert tasks.quote(["dune", "emma"], "USD")().get() == 40


def test_a_supplier_that_does_not_answer_is_asked_again(monkeypatch):
    price = Mock(side_effect=[ConnectionError("no"), ConnectionError("no"), 12])
    monkeypatch.setattr(suppliers, "price", price)
    result = tasks.fetch_price.delay("dune")
    assert (result.get(), price.call_count) == (12, 3)


def test_a_supplier_is_given_up_after_the_retries_that_the_configuration_allows(monkeypatch):
    price = Mock(side_effect=ConnectionError("no answer"))
    monkeypatch.setattr(suppliers, "price", price)
    result = tasks.fetch_price.delay("dune")
    assert result.failed()
    with pytest.raises(ConnectionError, match="no answer"):
        result.get()
    assert price.call_count == 3


def test_retry_is_raised_where_a_task_asks_for_one(monkeypatch):
    monkeypatch.setattr(suppliers, "price", Mock(side_effect=ConnectionError("no")))
    monkeypatch.setattr(tasks.fetch_price, "retry", Mock(side_effect=Retry()))
    with pytest.raises(Retry):
        tasks.fetch_price("dune")


def test_known_errors_are_retried_by_themselves(monkeypatch):
    monkeypatch.setattr(suppliers, "rate", Mock(side_effect=[ConnectionError("no"), 2]))
    assert tasks.convert.delay(5, "USD").get() == 10


def test_handlers_keep_the_ledger():
    assert tasks.pay.delay(5).get() == 5
    assert tasks.pay.delay(500).failed()
    assert tasks.pay.ledger == [
        ("bookshop.tasks.pay", "paid", 5),
        ("bookshop.tasks.pay", "refused", "500 is more than 100"),
    ]


def test_signals_count():
    tasks.pay.delay(5)
    tasks.pay.delay(500)
    assert COUNTS["success", "bookshop.tasks.pay"] == 1
    assert COUNTS["failure", "bookshop.tasks.pay", "ValueError"] == 1


def test_a_class_based_task_keeps_its_state():
    before = tasks.inventory.looked
    assert tasks.inventory.delay("dune").get() == {"isbn": "dune", "left": 3}
    assert tasks.inventory.looked == before + 1


def test_arguments_are_checked_where_a_task_is_sent():
    with pytest.raises(TypeError):
        tasks.pay.delay()


def test_chains_groups_and_maps():
    assert chain(tasks.fetch_price.s("emma"), tasks.convert.s("USD"))().get() == 16
    assert group(tasks.fetch_price.s(isbn) for isbn in ("dune", "emma"))().get() == [12, 8]
    assert tasks.fetch_price.map(["dune", "emma"]).apply().get() == [12, 8]


def test_an_errback_apologises():
    tasks.pay.apply_async((500,), link_error=app.signature("bookshop.mail.apologise", args=("ada@example.com",)))
    assert OUTBOX[0][0] == "ada@example.com"
    assert OUTBOX[0][1].endswith("500 is more than 100")
