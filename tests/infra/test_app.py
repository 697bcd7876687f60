"""`npx cdk` runs `python -m infra.app`: it needs nothing from outside, and says plainly what is wrong."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def synth(output: Path, **context: Any) -> subprocess.CompletedProcess[str]:
    """Run the app as the cdk command line does, with an environment that holds no credentials."""
    defaults = json.loads((ROOT / "cdk.json").read_text())["context"]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("AWS_")}
    environment["CDK_OUTDIR"] = str(output)
    environment["CDK_CONTEXT_JSON"] = json.dumps(defaults | {"aws:cdk:bundling-stacks": []} | context)
    return subprocess.run(
        [sys.executable, "-m", "infra.app"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_the_app_synthesizes_without_credentials_and_without_a_word(tmp_path: Path) -> None:
    done = synth(tmp_path)

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "celeriac-dev-workers.template.json").is_file()


def test_a_wrong_setting_is_said_in_plain_words(tmp_path: Path) -> None:
    done = synth(tmp_path, stage="prod-eu")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "the context (cdk.json or -c KEY=VALUE) is wrong:",
        "stage: must be a letter and up to 15 more of a-z and 0-9, not 'prod-eu': "
        "it has no hyphen, for who has a right to celeriac-prod-* would have it here, too",
    ]


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1"])
def test_no_partition_is_taken_for_granted(synthesize: Any, write_workers: Any, tmp_path: Path, region: str) -> None:
    functions = write_workers(
        tmp_path / "functions", {"ping": '[schedules.daily]\nrate = "1 day"\ntask = "ping.sweep"'}
    )
    text = json.dumps(synthesize(functions, checked=True, region=region))

    assert "arn:aws:" not in text
    assert f".{region}.amazonaws.com" not in text, "in China it ends otherwise"


def test_a_region_is_written_into_what_goes_by_name(synthesize: Any, write_workers: Any, tmp_path: Path) -> None:
    functions = write_workers(tmp_path / "functions", {"ping": ""})
    resources = synthesize(functions, region="eu-central-1")["api"]["Resources"].values()
    variables = [r["Properties"]["Environment"]["Variables"] for r in resources if r["Type"] == "AWS::Lambda::Function"]

    assert len(variables) == 3
    assert all("https://sqs.eu-central-1." in json.dumps(each["CELERIAC_QUEUES"]) for each in variables)
