"""An API that has numbers added elsewhere. It knows the task's name and none of its code."""

from typing import Any

from fastapi import FastAPI, HTTPException
from pydantic import BaseModel

from celeriac import Celeriac
from celeriac.exceptions import OperationalError

api = FastAPI(title="Sums")
web = Celeriac("web")


class Numbers(BaseModel):
    """What is to be added."""

    numbers: list[int]


# Plain functions: FastAPI runs them in threads, and a call to AWS waits for its answer.
@api.post("/sums", status_code=202)
def add(body: Numbers) -> dict[str, str]:
    """Have numbers added; the answer says where the sum will be."""
    try:
        result = web.send_task("sums.add", [body.numbers], expires=3600)
    except OperationalError as error:
        raise HTTPException(503, "the queue cannot be reached") from error
    return {"id": result.id, "href": f"/sums/{result.id}"}


@api.get("/sums/{task_id}")
def look(task_id: str) -> dict[str, Any]:
    """What became of it; `error` is what the task failed with."""
    result = web.AsyncResult(task_id)
    state, value = result.state, result.result
    return {
        "state": state,
        "sum": value if state == "SUCCESS" else None,
        "error": str(value) if state == "FAILURE" else None,
    }
