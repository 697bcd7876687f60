"""cdk-nag's AwsSolutions and Serverless packs, with the acknowledgements in infra/acknowledgements.py."""

from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App, Stack
from aws_cdk import aws_sqs as sqs

from infra.app import check


def test_a_deployment_has_no_finding_that_is_not_acknowledged(
    synthesize: Any, write_workers: Any, tmp_path: Path
) -> None:
    declares = """
        [[permissions]]
        actions = ["dynamodb:Query"]
        resources = ["arn:{partition}:dynamodb:{region}:{account}:table/{results_table}/index/*"]
        [[permissions]]
        actions = ["s3:GetObject"]
        resources = ["arn:aws:s3:::{files_bucket}/images/*"]
    """
    synthesize(write_workers(tmp_path / "functions", {"plain": "", "reader": declares}), checked=True)


@pytest.mark.parametrize("region", [None, "us-gov-west-1"])
def test_the_projects_own_workers_have_none_either(synthesize: Any, region: str | None) -> None:
    synthesize(Path(__file__).resolve().parents[2] / "functions", checked=True, region=region)


@pytest.mark.usefixtures("capfd")  # the report goes to stderr
def test_a_finding_stops_the_synth(tmp_path: Path) -> None:
    app = App(outdir=str(tmp_path))
    sqs.Queue(Stack(app, "Stack"), "QueueWithoutDeadLetters")
    check(app)

    with pytest.raises(RuntimeError, match="ValidationFailed"):
        app.synth()
