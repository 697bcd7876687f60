"""What this process has done since it began."""

from __future__ import annotations

from celeriac import tally
from celeriac.tally import RecentIds
from celeriac.testing import Twin
from tests.celeriac.office import Office, call, invoked


def test_what_has_succeeded_here_is_known_and_what_has_failed_is_not(office: Office, twin: Twin) -> None:
    tally.successful_requests.clear()
    begun = tally.total_count["office.work"]
    invoked(office.app, call(1), call(2, ignore_result=True), call(3, task="office.nobody"))
    assert [*tally.successful_requests] == ["id-1", "id-2"]
    assert tally.total_count["office.work"] == begun + 2


def test_the_oldest_ids_are_forgotten() -> None:
    ids = RecentIds(maxlen=2)
    for task_id in "abcb":
        ids.add(task_id)
    assert ([*ids], len(ids), "a" in ids) == (["b", "c"], 2, False)
