"""`app.conf`: Celery's settings, by their names and with their defaults; what cannot mean anything here says why.

Source: https://docs.celeryq.dev/en/stable/userguide/configuration.html
"""

from celeriac.conf.defaults import ALWAYS, DEFAULTS
from celeriac.conf.elsewhere import NOT_HERE, REFUSED
from celeriac.conf.names import CELERYS
from celeriac.conf.settings import Settings

__all__ = ["ALWAYS", "CELERYS", "DEFAULTS", "NOT_HERE", "REFUSED", "Settings"]
