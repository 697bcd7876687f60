"""When periodic tasks run: `crontab`, `schedule` and `solar`, as in `celery.schedules`.

>>> from celeriac.schedules import crontab
>>> crontab(minute=30, hour=7, day_of_week="mon-fri")
<crontab: 30 7 * * mon-fri (m/h/dM/MY/d)>

They only say when. `translation` turns them into what EventBridge Scheduler takes, and that keeps the time.
Source: https://docs.celeryq.dev/en/stable/reference/celery.schedules.html
"""

from celeriac.schedules.base import BaseSchedule, schedstate
from celeriac.schedules.crontab import crontab
from celeriac.schedules.fields import ParseException, crontab_parser
from celeriac.schedules.interval import maybe_schedule, schedule
from celeriac.schedules.solar import solar

__all__ = [
    "BaseSchedule",
    "ParseException",
    "crontab",
    "crontab_parser",
    "maybe_schedule",
    "schedstate",
    "schedule",
    "solar",
]
