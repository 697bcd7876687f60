"""A worker whose code declares schedules has them deployed by its own function, and may change them."""

import json
from pathlib import Path
from typing import Any

import pytest

from infra.worker_folders import WorkerConfigError, discover_workers

DECLARING = "app.conf.beat_schedule = {}"


@pytest.fixture(scope="module")
def templates(synthesize: Any, write_workers: Any, tmp_path_factory: Any) -> Any:
    functions = write_workers(tmp_path_factory.mktemp("beat") / "functions", {"clock": "beat = true", "ping": ""})
    return synthesize(functions)


def resources_of(templates: Any, kind: str) -> list[dict[str, Any]]:
    (stack,) = (each for name, each in templates.items() if "workers" in name)
    return [each for each in stack["Resources"].values() if each["Type"].endswith(kind)]


def test_its_own_function_is_called_when_something_has_changed_that_its_schedules_may_depend_on(
    templates: Any, synthesize: Any, write_workers: Any, tmp_path: Path
) -> None:
    versions = set()
    for number, more in enumerate(("", "\n[environment]\nZONE = 'Asia/Tokyo'", "\n[queues.bulk]")):
        workers = {"clock": f"beat = true{more}", "ping": ""}
        others = synthesize(write_workers(tmp_path / f"{number}", workers), dashboard="off") if more else templates
        (beat,) = resources_of(others, "CeleriacBeat")
        versions.add(beat["Properties"]["Version"])

    assert len(versions) == 3


def test_its_own_function_is_called_when_its_code_has_changed(templates: Any) -> None:
    (beat,) = resources_of(templates, "CeleriacBeat")

    assert "clockTasksFunction" in json.dumps(beat["Properties"]["ServiceToken"])
    assert len(beat["Properties"]["Version"]) == 64
    assert int(beat["Properties"]["ServiceTimeout"]) < 3600, "a worker that cannot be imported fails soon"


def test_it_is_called_when_it_may_do_what_it_is_called_for(templates: Any) -> None:
    (beat,) = resources_of(templates, "CeleriacBeat")

    depends_on = " ".join(beat["DependsOn"])
    assert "clockTasksRoleDefaultPolicy" in depends_on
    assert "FarEtasTimetable" in depends_on


def test_only_it_may_change_schedules_and_only_in_their_group(templates: Any) -> None:
    statements = [
        (policy["Properties"]["PolicyName"], statement)
        for policy in resources_of(templates, "IAM::Policy")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if "scheduler:UpdateSchedule" in statement["Action"]
    ]

    ((name, statement),) = statements
    assert name.startswith("clockTasksRole")
    assert json.dumps(statement["Resource"]).endswith(':schedule/celeriac-dev-schedules/*"]]}')


@pytest.mark.parametrize("source", [DECLARING, "CELERY_BEAT_SCHEDULE = {}", "sender.add_periodic_task(10, a.s())"])
def test_who_declares_schedules_must_say_who_deploys_them(write_workers: Any, tmp_path: Path, source: str) -> None:
    functions = write_workers(tmp_path / "functions", {"clock": ""})
    (functions / "clock" / "tasks.py").write_text(source)

    with pytest.raises(WorkerConfigError, match=r"clock/tasks\.py declares schedules; say beat = true"):
        discover_workers(functions)


@pytest.mark.parametrize("said", ["true", "false"])
def test_who_has_said_it_is_believed(write_workers: Any, tmp_path: Path, said: str) -> None:
    functions = write_workers(tmp_path / "functions", {"clock": f"beat = {said}"})
    (functions / "clock" / "tasks.py").write_text(DECLARING)

    (worker,) = discover_workers(functions)
    assert worker.beat is (said == "true")


def test_without_schedules_in_the_deployment_there_is_no_beat(
    synthesize: Any, write_workers: Any, tmp_path: Path
) -> None:
    functions = write_workers(tmp_path / "functions", {"clock": "beat = true"})

    with pytest.raises(WorkerConfigError, match="far_etas"):
        synthesize(functions, far_etas="hop")
