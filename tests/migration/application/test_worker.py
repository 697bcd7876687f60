"""The same with a worker, in a thread, by Celery's fixtures."""

from unittest.mock import Mock

import pytest
from bookshop import mail, suppliers, tasks
from bookshop.metrics import COUNTS
from celery import chain, group
from celery.result import AsyncResult, GroupResult

pytestmark = pytest.mark.usefixtures("celery_session_worker")
WAIT = {"timeout": 20, "interval": 0.01}


def test_a_quotation_goes_through_the_worker():
    assert tasks.quote(["dune", "emma", "ulysses"], "USD")().get(**WAIT) == 80


def test_a_retry_comes_back(monkeypatch):
    monkeypatch.setattr(suppliers, "price", Mock(side_effect=[ConnectionError("no"), 12]))
    assert tasks.fetch_price.delay("dune").get(**WAIT) == 12
    assert COUNTS["retry", "bookshop.tasks.fetch_price"] == 1


def test_an_error_comes_back_as_what_it_was():
    result = tasks.pay.delay(500)
    with pytest.raises(ValueError, match="500 is more than 100"):
        result.get(**WAIT)
    assert (result.state, result.successful()) == ("FAILURE", False)
    assert "500 is more than 100" in result.traceback


def test_a_shared_task_goes_to_the_application_s_app():
    mail.send.apply_async(("ada@example.com", "hello"))
    assert tasks.total.delay([1, 2]).get(**WAIT) == 3  # which comes after it in the queue
    assert mail.OUTBOX == [("ada@example.com", "hello")]


def test_a_callback_is_called_with_the_result():
    tasks.total.apply_async(([1, 2],), link=tasks.pay.s()).get(**WAIT)
    assert tasks.total.delay([]).get(**WAIT) == 0
    assert tasks.pay.ledger == [("bookshop.tasks.pay", "paid", 3)]


def test_a_task_that_decides_itself():
    assert tasks.withdraw.delay("dune").get(**WAIT) == "dune"
    ignored = tasks.withdraw.delay("emma")
    with pytest.raises(Exception, match="none left"):  # a class that is made of the name
        ignored.get(**WAIT)


def test_an_order_is_replaced_by_its_workflow():
    assert tasks.order.delay("dune", "ada@example.com").get(**WAIT) == 12
    with pytest.raises(ValueError, match="20 is more than 15"):
        tasks.order.delay("ulysses", "ada@example.com").get(**WAIT)
    assert tasks.total.delay([]).get(**WAIT) == 0
    assert [to for to, _ in mail.OUTBOX] == ["ada@example.com"]


def test_progress_and_results_by_their_ids():
    result = tasks.reprint.apply_async((["dune", "emma"],), task_id="reprint-1")
    assert (result.id, result.get(**WAIT)) == ("reprint-1", 2)
    assert AsyncResult("reprint-1").state == "SUCCESS"


def test_a_group_is_saved_and_found_again():
    sent = group(tasks.fetch_price.s(isbn) for isbn in ("dune", "emma"))()
    sent.save()
    found = GroupResult.restore(sent.id)
    assert found.get(**WAIT) == [12, 8]
    assert found.completed_count() == 2


def test_a_chain_knows_its_parents():
    result = chain(tasks.fetch_price.s("dune"), tasks.convert.s("USD"), tasks.pay.s())()
    assert (result.get(**WAIT), result.parent.get(**WAIT), result.parent.parent.get()) == (24, 24, 12)


def test_what_a_receiver_adds_to_the_headers_travels_with_the_task():
    result = tasks.whoami.delay()
    told = result.get(**WAIT)
    assert (told["id"], told["retries"]) == (result.id, 0)
    assert tasks.whoami.apply_async(countdown=0.2).get(**WAIT)["retries"] == 0


def test_a_task_is_sent_by_its_name(celery_app):
    assert celery_app.send_task("bookshop.tasks.catalogue").get(**WAIT) == ["dune", "emma", "ulysses"]


@pytest.mark.parametrize("isbns", [["dune"], ["dune", "emma"], []])
def test_chunks(isbns):
    result = tasks.fetch_price.chunks([(isbn,) for isbn in isbns], 2)()
    assert [price for chunk in result.get(**WAIT) for price in chunk] == [suppliers.PRICES[isbn] for isbn in isbns]
