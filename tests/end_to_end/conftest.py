"""One deployed system, shared by every end-to-end test."""

import os
import shutil
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.deploy import ROOT, Deployer, DeployError
from local.endpoint import Endpoint
from local.follower import following
from local.runtime import Runtime
from local.seed import User, add_user, prepare
from local.system import System
from tests.end_to_end.timetable import Timetable, made_within_a_minute

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def system(embedded_aws: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """The CDK app as it is, the probe worker and an example's, deployed by the real `cdk`; Ada is a user.

    It is followed as `make up` has it followed, so it has figures, and schedules fire on any emulator.
    """
    functions = tmp_path_factory.mktemp("functions")
    for source in (ROOT / "functions", HERE / "workers", ROOT / "examples/fastapi/functions"):
        shutil.copytree(source, functions, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    app = f"{sys.executable} {HERE / 'deployed_app.py'} {functions}"
    runtime = Runtime.of(os.environ.get("LAMBDA_PYTHON"), os.environ.get("LAMBDA_ARCHITECTURE"))
    deployer = Deployer(embedded_aws, tmp_path_factory.mktemp("deploy"), runtime, app=app)
    try:
        system = System(embedded_aws, deployer.deploy())
    except DeployError as error:
        pytest.fail(str(error), pytrace=False)
    prepare(system)
    with following(embedded_aws, system.outputs.deployment):
        yield system


@pytest.fixture(scope="session", autouse=True)
def each_minute(system: System, tmp_path_factory: pytest.TempPathFactory) -> Timetable:
    """Schedules that fire each minute, made before the first test, so that nobody waits for them in the last."""
    return made_within_a_minute(system, tmp_path_factory.mktemp("each-minute"))


@pytest.fixture
def short_visibility(system: System, request: pytest.FixtureRequest) -> Iterator[None]:
    """The probe's messages come back after 2 s, or the parameter's, instead of the half a minute of AWS's rule."""
    after_s = getattr(request, "param", 2)
    sqs = system.endpoint.client("sqs")
    url = system.queue_url("probe")
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["VisibilityTimeout"])["Attributes"]
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(after_s)})
    yield
    sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


@pytest.fixture
def user(system: System) -> User:
    """A user of this test's own: mails to it are this test's."""
    name = f"u{uuid.uuid4().hex[:12]}"
    user = User(name, f"User {name}", f"{name}@example.com")
    add_user(system, user)
    return user
