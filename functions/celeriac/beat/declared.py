"""What code declares: `app.conf.beat_schedule` and `add_periodic_task`, and how it becomes schedules at each deploy.

A worker with `beat = true` in its worker.toml is called once by CloudFormation whenever its code has changed. It then
creates, changes and deletes the schedules that have its name, and answers; if an entry cannot be, the deployment fails
with the reason, and everything is as it was.
Source: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from celeriac import log
from celeriac.beat.entry import ScheduleEntry, key_of
from celeriac.exceptions import CeleriacError, ImproperlyConfigured
from celeriac.rule import Rule

if TYPE_CHECKING:
    from celeriac.app import Celeriac

__all__ = ["answer", "declare", "rules_of", "withdraw"]

ANSWER_S = 30
REASON_CHARS = 3000
"""CloudFormation takes 4 KB in all."""
_WORDS = {"task", "schedule", "args", "kwargs", "options", "relative", "enabled", "timezone"}


def rules_of(app: Celeriac) -> dict[str, Rule]:
    """What the Scheduler is told of `beat_schedule`; raises ImproperlyConfigured that lists all that is wrong there.

    What is over, as a moment that was the day before the deployment, is left out: AWS would refuse it, or fire again.
    """
    app.finalize()
    rules, problems = {}, []
    for name, fields in dict(app.conf.beat_schedule or {}).items():
        try:
            entry = _entry(app, str(name), fields)
            rule = _rule(app, entry)
        except (CeleriacError, TypeError, ValueError) as error:
            problems.append(f"beat_schedule[{name!r}]: {error}")
            continue
        if entry.is_over:
            log.logger.warning("beat_schedule[%r] is over and left out: %r", name, entry.schedule)
        else:
            rules[entry.key] = rule
    if problems:
        raise ImproperlyConfigured("\n".join(problems))
    return rules


def _rule(app: Celeriac, entry: ScheduleEntry) -> Rule:
    """The entry's rule; a worker that is deployed has all its tasks, so what is none will never be one."""
    rule = entry.rule(app)
    if rule.queue.partition(".")[0] == app.main and app.known(entry.task) is None:
        raise ImproperlyConfigured(f"there is no task {entry.task!r} in {app.main!r}")
    return rule


def _entry(app: Celeriac, name: str, fields: Mapping[str, Any]) -> ScheduleEntry:
    given = dict(fields)
    if unknown := given.keys() - _WORDS:
        raise ImproperlyConfigured(f"unknown: {', '.join(sorted(unknown))}; an entry has {', '.join(sorted(_WORDS))}")
    task, when = given.pop("task", None), given.pop("schedule", None)
    return ScheduleEntry.of(name, task, when, app, **given).changed(declared_by=app.main, key=key_of(name, app.main))


def declare(app: Celeriac) -> dict[str, list[str]]:
    """Make the app's schedules what its code says; returns the names of what was created, changed and deleted.

    What has not changed is left alone, and so are pauses.
    """
    scheduler = app.schedules.scheduler
    rules = rules_of(app)
    standing = {rule.name: rule for rule in scheduler.rules() if rule.name.startswith(f"{app.main}.")}
    done: dict[str, list[str]] = {"created": [], "changed": [], "deleted": []}
    for key, rule in rules.items():
        before = standing.get(key)
        if before is None or not before.is_same(rule):
            kept = rule if before is None else _in_place_of(before, rule)
            scheduler.put(kept, is_new=before is None)
            done["created" if before is None else "changed"].append(key)
    done["deleted"] = sorted(standing.keys() - rules.keys())
    for key in done["deleted"]:
        scheduler.drop(key)
    return done


def _in_place_of(before: Rule, rule: Rule) -> Rule:
    """The rule as a deployment changes it: a pause outlives it."""
    return rule.in_step_with(before).switched(before.is_enabled and rule.is_enabled)


def withdraw(app: Celeriac) -> None:
    """Delete the schedules that the app's code has declared."""
    scheduler = app.schedules.scheduler
    for name in [rule.name for rule in scheduler.rules() if rule.name.startswith(f"{app.main}.")]:
        scheduler.drop(name)


def answer(app: Celeriac, event: Mapping[str, Any]) -> dict[str, Any]:
    """Do what CloudFormation asks, and tell it what came of it; returns what was told."""
    told = {name: event[name] for name in ("StackId", "RequestId", "LogicalResourceId")}
    told |= {"PhysicalResourceId": f"{app.main}-beat", "Status": "SUCCESS"}
    try:
        if event["RequestType"] == "Delete":
            withdraw(app)
        else:
            log.logger.info("beat_schedule declared", extra={"fields": declare(app)})
    except Exception as error:  # noqa: BLE001 - whatever the application's code raises, the deployment must hear of it
        log.logger.exception("beat_schedule cannot be declared")
        told |= {"Status": "FAILED", "Reason": f"{type(error).__name__}: {error}"[:REASON_CHARS]}
    _send(event["ResponseURL"], told)
    return told


def _send(url: str, told: Mapping[str, Any]) -> None:
    import urllib.request  # which only a deployment needs

    body = json.dumps(told).encode()
    # S3 has signed the address for a request without this header.
    request = urllib.request.Request(url, body, {"Content-Type": ""}, method="PUT")  # noqa: S310 - CloudFormation's
    with urllib.request.urlopen(request, timeout=ANSWER_S):  # noqa: S310 - as above
        pass
