"""The CDK app that an account gets, deployed to this machine by the real `cdk` command line."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.endpoint import ACCOUNT, REGION, Endpoint
from local.outputs import STAGE, Outputs
from local.process import run
from local.runtime import Runtime

ROOT = Path(__file__).resolve().parent.parent
TOOLS = [ROOT / ".venv/bin", ROOT / "node_modules/.bin"]
BOOTSTRAPPED = "/cdk-bootstrap/hnb659fds/version"
# Node 20 works; the page-long advice to move on would hide what matters.
QUIET = {"JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION": "20,21", "NODE_NO_WARNINGS": "1"}


class DeployError(RuntimeError):
    """Raised when `cdk` fails, with what it printed."""


@dataclass(frozen=True)
class Deployer:
    """Deploys to `endpoint`; the templates, the outputs and the log go to `folder`. `app` stands in for cdk.json's."""

    endpoint: Endpoint
    folder: Path
    runtime: Runtime
    app: str | None = None

    def deploy(self) -> Outputs:
        """Deploy every stack; what has not changed is skipped, by the CDK itself."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._is_bootstrapped():
            # From a folder without a cdk.json: to bootstrap takes no app, so none is synthesized for it.
            self._cdk(self.folder, "bootstrap", f"aws://{ACCOUNT}/{REGION}")
        outputs = self.folder / "outputs.json"
        settings = {
            "stage": STAGE,
            "architecture": self.runtime.architecture,
            "python": self.runtime.python,
            "metric_math": "off",  # MiniStack refuses alarms that compute
        }
        self._cdk(
            ROOT,
            *["deploy", "--all", "--require-approval", "never", "--method", "direct", "--concurrency", "4"],
            *["--output", str(self.folder / "cdk.out"), "--outputs-file", str(outputs)],
            *(["--app", self.app] if self.app else []),
            *[option for key, value in settings.items() for option in ("--context", f"{key}={value}")],
        )
        return Outputs.read(outputs)

    def _is_bootstrapped(self) -> bool:
        ssm: Any = self.endpoint.client("ssm")
        try:
            ssm.get_parameter(Name=BOOTSTRAPPED)
        except ssm.exceptions.ParameterNotFound:
            return False
        return True

    def _cdk(self, cwd: Path, *arguments: str) -> None:
        log = self.folder / f"cdk-{arguments[0]}.log"
        path = os.pathsep.join([*map(str, TOOLS), os.environ["PATH"]])
        environment = self.endpoint.environment() | QUIET | {"PATH": path}
        code = run([str(ROOT / "node_modules/.bin/cdk"), *arguments], cwd, environment, log)
        if code:
            raise DeployError(
                f"{log.read_text()[-6000:]}\n`cdk {arguments[0]}` failed ({code}); all that it said is in {log}. "
                "What a deployment before has left behind may be in its way: start the emulator afresh (`make down`)."
            )
