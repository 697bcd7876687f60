"""The API and its worker; in memory, or against a deployment where CELERIAC_DEPLOYMENT names one."""

import os
import time
from contextlib import ExitStack

import pytest
from fastapi.testclient import TestClient
from sums.tasks import app
from web import api, web

from celeriac.testing import LiveTwin


@pytest.fixture
def client():
    with ExitStack() as stack:
        if not os.environ.get("CELERIAC_DEPLOYMENT"):
            stack.enter_context(LiveTwin(app, web))
        yield stack.enter_context(TestClient(api))


def ended(client, answer):
    assert answer.status_code == 202
    deadline = time.monotonic() + 30
    while (found := client.get(answer.json()["href"]).json())["state"] == "PENDING" and time.monotonic() < deadline:
        time.sleep(0.02)
    return found


def test_a_sum_is_found_where_the_answer_said(client):
    answer = client.post("/sums", json={"numbers": [1, 2, 39]})
    assert ended(client, answer) == {"state": "SUCCESS", "sum": 42, "error": None}


def test_a_failure_is_told_with_its_reason(client):
    answer = client.post("/sums", json={"numbers": []})
    assert ended(client, answer) == {"state": "FAILURE", "sum": None, "error": "there is nothing to add"}
