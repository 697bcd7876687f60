"""Whether the addresses of all queues fit where they are kept: AWS refuses what does not, at the end of a deployment.

Every function has those of the queues that it may send to in its environment, and the SSM parameter for clients all.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from infra.names import Names
from infra.queue_address import QueueAddress
from infra.settings import Settings
from infra.worker_config import WorkerConfig

__all__ = ["address_problems"]

ENVIRONMENT_BYTES = 4096
"""Of all variables of a function: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html"""
PARAMETER_BYTES = 4096
"""Of a standard parameter: https://docs.aws.amazon.com/general/latest/gr/ssm.html"""
OTHER_BYTES = 512
"""What else is there: the names of the deployment, its table, its bucket and its groups, and some switches."""
ACCOUNT, LONGEST_REGION = "123456789012", "ap-southeast-1"
ADVICE = "have fewer workers or lanes in one deployment, or give them shorter names"


def address_problems(workers: Sequence[WorkerConfig], settings: Settings) -> Iterator[str]:
    """What is too long, in words."""
    by_name = {worker.name: worker for worker in workers}
    number = sum(len(worker.queues) for worker in workers)
    told = [worker.name for worker in workers if worker.list_tasks] + list(settings.cors_origins)
    everywhere = _bytes(workers, settings)
    size = everywhere + OTHER_BYTES + len(" ".join(told))
    if size > ENVIRONMENT_BYTES or everywhere + OTHER_BYTES > PARAMETER_BYTES:
        yield (
            f"functions/*/worker.toml: the addresses of all {number} queues make {size:,} bytes with what goes beside "
            f"them, and AWS takes {ENVIRONMENT_BYTES:,} in a function's environment and in the parameter for clients: "
            f"{ADVICE}"
        )
        return
    for worker in workers:
        reached = [worker, *(by_name[used] for used in worker.uses)]
        own = sum(len(f"{name}{value}".encode()) for name, value in worker.environment.items())
        size = _bytes(reached, settings) + OTHER_BYTES + own
        if size > ENVIRONMENT_BYTES:
            yield (
                f"functions/{worker.name}/worker.toml: its [environment] and the addresses of the queues that it may "
                f"send to make {size:,} bytes, and Lambda takes {ENVIRONMENT_BYTES:,}: shorten the former, or {ADVICE}"
            )


def _bytes(workers: Sequence[WorkerConfig], settings: Settings) -> int:
    """How long the queues' addresses are as JSON, in the region with the longest name if none is set."""
    names, region = Names(settings.deployment), settings.region or LONGEST_REGION
    start = f"https://sqs.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}/{ACCOUNT}"
    told = {
        name: QueueAddress(f"{start}/{names.queue(worker.name, lane)}", arn="", lane=lane).told
        for worker in workers
        for name, lane in worker.queues.items()
    }
    return len(json.dumps(told, separators=(",", ":")))
