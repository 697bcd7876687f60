"""The templates as a reviewer reads them: a line a property, references as ${names}, hashes masked.

After a change that is meant to be, run this file with UPDATE_SNAPSHOTS=1 and read the diff.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

SNAPSHOTS = Path(__file__).parent / "snapshots"
# Of assets (their sources), and of the API's deployment (its methods).
HASH = re.compile(r"\b[0-9a-f]{64}\b|(?<=Deployment\w{8})[0-9a-f]{32}")


@pytest.mark.parametrize("stack", ["storage", "workers", "api", "monitoring"])
def test_a_template_changes_only_when_it_is_meant_to(templates: Any, flat: Any, stack: str) -> None:
    snapshot = SNAPSHOTS / f"{stack}.txt"
    found = HASH.sub("<hash>", "\n".join(lines(templates[stack], flat))) + "\n"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(found)

    assert found == snapshot.read_text()


def lines(template: dict[str, Any], flat: Any) -> Iterator[str]:
    for key, resource in sorted(template["Resources"].items()):
        yield f"{key} {resource['Type']}"
        for aspect in ("DependsOn", "DeletionPolicy", "UpdateReplacePolicy"):
            if aspect in resource:
                yield f"  ({aspect}) {json.dumps(resource[aspect])}"
        for name, value in sorted(flat(resource.get("Properties", {})).items()):
            yield from property_lines(name, value)
    for key, output in sorted(template.get("Outputs", {}).items()):
        yield f"Output {key} = {flat(output['Value'])}"


def property_lines(name: str, value: Any) -> Iterator[str]:
    if name.endswith("PolicyDocument"):
        yield f"  {name}:"
        yield from (f"    {json.dumps(statement, sort_keys=True)}" for statement in value["Statement"])
    else:
        yield f"  {name}: {json.dumps(value, sort_keys=True)}"
