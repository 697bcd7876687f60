"""Postcards, in memory: the web application sends, the real worker writes."""

import time

import pytest
from postcards import create_app

from celeriac.contrib.testing.worker import start_worker


@pytest.fixture
def app(monkeypatch):
    monkeypatch.setenv("FLASK_SENDER", "the mountains")
    return create_app()


def test_a_postcard_is_written_with_what_the_application_knows(app):
    client = app.test_client()
    with start_worker(app.extensions["celery"]):
        answer = client.post("/postcards", data={"to": "Ada"})
        assert answer.status_code == 202
        address, deadline = f"/postcards/{answer.json['id']}", time.monotonic() + 10
        while (card := client.get(address).json)["state"] != "SUCCESS" and time.monotonic() < deadline:
            time.sleep(0.01)
    assert card == {"state": "SUCCESS", "text": "Dear Ada, greetings from the mountains!"}


def test_the_worker_has_the_application_and_its_settings(app):
    celery = app.extensions["celery"]
    celery.import_modules()
    assert ("postcards.tasks.write" in celery.tasks, celery.conf.task_track_started) == (True, True)


def test_a_handler_is_made_of_the_application_as_lambda_imports_it():
    from postcards.handler import handler

    assert handler.app.main == "postcards"
