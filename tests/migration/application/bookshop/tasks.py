"""The tasks of the back office."""

from celery import Task, chain, chord, group, states
from celery.exceptions import Ignore, MaxRetriesExceededError, Reject, SoftTimeLimitExceeded

from bookshop import mail, metrics, suppliers  # noqa: F401 - its receivers are connected by importing them
from bookshop.celery import app


class LedgerTask(Task):
    """A base class that keeps a ledger of what its tasks came to."""

    abstract = True
    ledger = []  # noqa: RUF012 - one for all of them

    def on_success(self, retval, task_id, args, kwargs):
        self.ledger.append((self.name, "paid", retval))

    def on_failure(self, exc, task_id, args, kwargs, einfo):
        self.ledger.append((self.name, "refused", str(exc)))


@app.task(bind=True, max_retries=5, default_retry_delay=0)
def fetch_price(self, isbn):
    """Ask a supplier, again and again if it does not answer."""
    try:
        return suppliers.price(isbn)
    except ConnectionError as exc:
        raise self.retry(exc=exc, countdown=0) from exc


@app.task(autoretry_for=(ConnectionError,), retry_backoff=True, retry_backoff_max=1, retry_kwargs={"max_retries": 3})
def convert(amount, currency):
    """Convert an amount."""
    return amount * suppliers.rate(currency)


@app.task
def total(amounts):
    """Add amounts."""
    return sum(amounts)


def quote(isbns, currency=None):
    """The canvas of a quotation: the price of each book, converted, and the total of them."""
    prices = [chain(fetch_price.s(isbn), convert.s(currency or app.conf.currency)) for isbn in isbns]
    return chord(group(prices), total.s())


@app.task(base=LedgerTask, throws=(ValueError,))
def pay(amount, limit=100):
    """Pay, if it is not too much."""
    if amount > limit:
        raise ValueError(f"{amount} is more than {limit}")
    return amount


class Inventory(Task):
    """A class-based task with state of its own."""

    name = "bookshop.inventory"

    def __init__(self):
        self.looked = 0

    def run(self, isbn):
        self.looked += 1
        return {"isbn": isbn, "left": suppliers.STOCK.get(isbn, 0)}


inventory = app.register_task(Inventory())


@app.task(bind=True)
def reprint(self, isbns):
    """A long task that tells how far it is."""
    for done, _ in enumerate(isbns, 1):
        self.update_state(state="PRINTING", meta={"done": done, "of": len(isbns)})
    return len(isbns)


@app.task(bind=True)
def withdraw(self, isbn):
    """A task that decides itself what becomes of it."""
    if isbn not in suppliers.PRICES:
        raise Reject(f"{isbn} was never sold", requeue=False)
    if suppliers.STOCK.get(isbn, 0) == 0:
        self.update_state(state=states.FAILURE, meta={"exc_type": "LookupError", "exc_message": ["none left"]})
        raise Ignore
    return isbn


@app.task(bind=True)
def order(self, isbn, to):
    """An order is replaced by the workflow that it takes."""
    workflow = chain(fetch_price.s(isbn), pay.s(limit=15))
    workflow.link_error(mail.apologise.s(to))
    return self.replace(workflow)


@app.task(soft_time_limit=30, time_limit=60)
def catalogue():
    """All books, in one message."""
    try:
        return sorted(suppliers.PRICES)
    except SoftTimeLimitExceeded:
        return []


@app.task(bind=True)
def whoami(self):
    """What a task knows of its call."""
    return {"id": self.request.id, "tenant": self.request.headers.get("tenant"), "retries": self.request.retries}


__all__ = ["MaxRetriesExceededError"]
