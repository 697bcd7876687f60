from celeriac.worker import Worker
from sums.tasks import app

handler = Worker(app)
