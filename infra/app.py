"""The CDK app: `npx cdk synth`, `diff` and `deploy` start here."""

from __future__ import annotations

import sys
from pathlib import Path

from aws_cdk import App, Environment, Validations
from cdk_nag import AwsSolutionsChecks, ServerlessChecks

from infra.acknowledgements import acknowledge
from infra.address_book import address_problems
from infra.deployment import Deployment
from infra.names import Names
from infra.settings import Settings, SettingsError
from infra.stacks.api import ApiStack
from infra.stacks.monitoring import MonitoringStack
from infra.stacks.storage import StorageStack
from infra.stacks.workers import WorkersStack
from infra.worker_folders import WorkerConfigError, discover_workers

__all__ = ["check", "compose"]

FUNCTIONS = Path(__file__).resolve().parent.parent / "functions"


def compose(app: App, functions: Path = FUNCTIONS) -> None:
    """Put the four stacks of one deployment, with the workers under `functions`, into the app."""
    settings = Settings.from_context(app.node)
    workers = discover_workers(functions, settings.thresholds)
    if not settings.far_etas and (beats := [worker.name for worker in workers if worker.beat]):
        raise WorkerConfigError([f"far_etas=hop has no schedules, and beat = true asks for some: {', '.join(beats)}"])
    if problems := [*address_problems(workers, settings)]:
        raise WorkerConfigError(problems)
    names, env = Names(settings.deployment), Environment(region=settings.region)

    storage = StorageStack(app, f"{names.deployment}-storage", names=names, env=env)
    deployment = Deployment(
        names=names,
        target=settings.target,
        functions=functions,
        results=storage.results,
        payloads=storage.payloads,
        files=storage.files,
        users=storage.users,
        metrics=settings.metrics,
        tracing=settings.tracing,
        far_etas=settings.far_etas,
    )
    consumers = WorkersStack(app, f"{names.deployment}-workers", deployment=deployment, workers=workers, env=env)
    producer = ApiStack(
        app,
        f"{names.deployment}-api",
        deployment=deployment,
        arrivals=storage.arrivals,
        workers=workers,
        settings=settings,
        env=env,
    )
    producer.add_stack_dependency(consumers)  # it knows their queues by name, so nothing else says which comes first
    MonitoringStack(
        app,
        f"{names.deployment}-monitoring",
        names=names,
        workers=workers,
        settings=settings,
        env=env,
    )
    acknowledge(names.deployment, storage, consumers, producer, workers, settings.tracing)


def check(app: App) -> None:
    """Have the synth fail on every finding of cdk-nag's rule packs that is not acknowledged."""
    Validations.of(app).add_plugins(AwsSolutionsChecks(app), ServerlessChecks(app))


def main() -> None:
    """Synthesize, or say in plain words what is wrong with the settings, a worker or its package."""
    app = App()
    try:
        compose(app)
        check(app)
        app.synth()
    except (SettingsError, WorkerConfigError) as error:
        sys.exit(str(error))
    except RuntimeError as error:
        # What a bundle or a rule pack says comes back through jsii, as a RuntimeError under pages of its own frames.
        if not str(error).startswith(("Failed to bundle asset", "ValidationFailed")):
            raise
        sys.exit(str(error))


if __name__ == "__main__":
    main()
