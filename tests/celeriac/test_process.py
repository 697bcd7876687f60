"""The signals at the beginning of a worker's process; those at its end are in `tests/contracts/`."""

from __future__ import annotations

from typing import Any

from celeriac import Celeriac, signals
from celeriac.testing import Crash, Twin


def test_a_process_tells_once_that_it_has_begun_and_a_new_one_after_a_crash_tells_again() -> None:
    app, told = Celeriac("office"), list[str]()
    begun = [signals.worker_init, signals.worker_process_init, signals.worker_ready]

    @app.task(name="office.work")
    def work(*, dies: bool = False) -> None:
        if dies:
            raise Crash

    def receive(signal: Any = None, sender: Any = None, **_: Any) -> None:
        assert sender.app is app
        told.append(signal.name)

    for signal in begun:
        signal.connect(receive)
    try:
        with Twin(app) as twin:
            for _ in range(3):
                work.delay()
                twin.run()
            assert told == ["worker_init", "worker_process_init", "worker_ready"]
            work.delay(dies=True)
            twin.run()
            work.delay()
            twin.run()
            # Each delivery but the last, which only tells, dies; and the one after them all is the last new process.
            assert told[3::3] == ["worker_init"] * (twin.max_receives - 1)
    finally:
        for signal in begun:
            signal.disconnect(receive)
