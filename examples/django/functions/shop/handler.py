from celeriac.worker import Worker
from shop.celery import app

handler = Worker(app)
