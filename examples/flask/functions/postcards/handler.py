from celeriac.worker import Worker
from postcards import create_app

handler = Worker(create_app().extensions["celery"])
