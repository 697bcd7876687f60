import pytest
from bookshop.celery import app
from bookshop.mail import OUTBOX
from bookshop.metrics import COUNTS
from bookshop.tasks import LedgerTask
from celery.contrib.testing import tasks  # noqa: F401 - the worker is asked for a ping

pytest_plugins = ("celery.contrib.pytest",)


@pytest.fixture(scope="session")
def celery_config():
    return {
        "broker_url": "memory://",
        "broker_transport_options": {"polling_interval": 0.01},
        "result_backend": "cache+memory://",
    }


@pytest.fixture
def celery_app(own_app):
    return own_app


@pytest.fixture(scope="session")
def celery_session_app(own_app):
    return own_app


@pytest.fixture(scope="session", autouse=True)
def own_app(celery_config):
    """The application's own app, with its broker in memory."""
    app.conf.update(celery_config)
    app.set_default()
    return app


@pytest.fixture
def eager():
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def clean():
    for kept in (OUTBOX, LedgerTask.ledger, COUNTS):
        kept.clear()
