"""Queues whose addresses AWS would not keep are said at synth, not at the end of a deployment."""

from typing import Any

import pytest

from infra.worker_folders import WorkerConfigError

EIGHT_LANES = "\n".join(f"[queues.{chr(97 + number) * 8}]" for number in range(8))


def test_more_queues_than_fit_are_refused_with_what_to_do(synthesize: Any, write_workers: Any, tmp_path: Any) -> None:
    functions = write_workers(tmp_path, {f"worker_{chr(97 + number)}": EIGHT_LANES for number in range(6)})

    with pytest.raises(WorkerConfigError) as caught:
        synthesize(functions)

    (problem,) = caught.value.problems
    assert "the addresses of all 54 queues make" in problem
    assert "4,096" in problem
    assert "have fewer workers or lanes" in problem


def test_an_environment_that_leaves_no_room_for_addresses_names_its_worker(
    synthesize: Any, write_workers: Any, tmp_path: Any
) -> None:
    crowded = f'[environment]\nTEXT = "{"x" * 3000}"\n{EIGHT_LANES}'
    functions = write_workers(tmp_path, {"greet": crowded, "roomy": ""})

    with pytest.raises(WorkerConfigError) as caught:
        synthesize(functions)

    (problem,) = caught.value.problems
    assert problem.startswith("functions/greet/worker.toml: its [environment] and the addresses")
