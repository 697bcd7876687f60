"""Which modules a worker imports when it starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from celeriac import Celeriac, registry
from celeriac.testing import Twin

SHARED = "from celeriac import shared_task\n@shared_task\ndef work(): return __name__\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package with a `tasks` module, one without, and one whose `tasks` lacks what it imports."""
    name = f"shop_{tmp_path.name}"
    for folder in ("orders", "pages", "broken"):
        (tmp_path / name / folder).mkdir(parents=True)
        (tmp_path / name / folder / "__init__.py").write_text("class Config: ...\n")
    (tmp_path / name / "__init__.py").touch()
    (tmp_path / name / "orders" / "tasks.py").write_text(SHARED)
    (tmp_path / name / "more.py").write_text(SHARED)
    (tmp_path / name / "broken" / "tasks.py").write_text("import no_such_module_anywhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(registry, "_shared", [*registry._shared])  # else every later test's apps would have them
    return name


def test_a_worker_imports_what_its_app_names(shop: str) -> None:
    app = Celeriac("shop", include=[f"{shop}.more"])
    app.autodiscover_tasks([f"{shop}.orders", f"{shop}.pages"])
    assert f"{shop}.orders.tasks" not in sys.modules
    with Twin(app) as twin:
        names = [f"{shop}.orders.tasks.work", f"{shop}.more.work"]
        sent = [app.send_task(name, queue="shop") for name in names]
        twin.run()
        assert [result.get(timeout=1) for result in sent] == [f"{shop}.orders.tasks", f"{shop}.more"]


def test_packages_may_be_named_by_a_function_and_by_their_classes(shop: str) -> None:
    app = Celeriac("shop")
    app.autodiscover_tasks(lambda: [f"{shop}.orders.Config"], force=True)
    assert f"{shop}.orders.tasks.work" in app.tasks


def test_a_module_of_another_name_or_the_package_itself_may_be_looked_for(shop: str) -> None:
    Celeriac("shop").autodiscover_tasks([shop], related_name="more", force=True)
    Celeriac("shop").autodiscover_tasks([f"{shop}.pages"], related_name=None, force=True)
    assert {f"{shop}.more", f"{shop}.pages"} <= set(sys.modules)


@pytest.mark.parametrize("package", ["no_such_package.at.all", "no_such_package"])
def test_a_package_that_is_missing_is_an_error(package: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_package"):
        Celeriac("shop").autodiscover_tasks([package], force=True)


def test_an_error_in_a_tasks_module_is_not_hidden(shop: str) -> None:
    with pytest.raises(ModuleNotFoundError, match="no_such_module_anywhere"):
        Celeriac("shop").autodiscover_tasks([f"{shop}.broken"], force=True)
