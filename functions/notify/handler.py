from celeriac.worker import Worker
from notify.tasks import app

handler = Worker(app)
