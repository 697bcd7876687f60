"""The project's own CDK app, with the functions of another folder: the real ones and the tests' probe."""

import sys
from pathlib import Path

from aws_cdk import App

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from infra.app import compose

app = App()
compose(app, functions=Path(sys.argv[1]))
app.synth()
