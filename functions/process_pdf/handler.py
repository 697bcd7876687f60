from celeriac.worker import Worker
from process_pdf.tasks import app

handler = Worker(app)
