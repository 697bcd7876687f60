import json
from pathlib import Path

import pytest

from local.endpoint import Endpoint
from local.outputs import Outputs, OutputsError

STACKS = {
    "celeriac-local-storage": {
        "FilesBucket": "files",
        "PayloadsBucket": "payloads",
        "ResultsTable": "results",
        "UsersTable": "users",
        "ExportsOutputRefFilesBucket7C17EE2E": "files",
    },
    "celeriac-local-api": {"ApiId": "abc123", "ApiUrl": "https://abc123.execute-api.us-east-1.amazonaws.com/v1/"},
}


def test_the_outputs_of_all_stacks_are_read(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(STACKS))

    outputs = Outputs.read(file)

    assert outputs == Outputs("abc123", "files", "payloads", "results", "users")
    assert outputs.api_url(Endpoint("http://127.0.0.1:4566")) == "http://127.0.0.1:4566/_aws/execute-api/abc123/v1"


def test_a_stack_that_was_rolled_back_is_told_by_what_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({**STACKS, "celeriac-local-api": {}}))

    with pytest.raises(OutputsError, match=r"has no ApiId\..*cdk-deploy\.log"):
        Outputs.read(file)
