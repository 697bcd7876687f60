from celeriac.worker import Worker
from thumbnail.tasks import app

handler = Worker(app)
