"""Exceptions as data, and back."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from celeriac import exceptions, limits
from celeriac.exceptions import CeleriacError, SecurityError, TaskError, UnpickleableExceptionWrapper
from celeriac.failure import exception_of, record_of
from celeriac.serialization import dumps, loads


class OutOfPaper(Exception):
    """An error as most are."""


class Jammed(Exception):
    """An error whose __init__ takes other arguments than it keeps."""

    def __init__(self, tray: int, colour: str) -> None:
        super().__init__(f"tray {tray} is jammed with {colour} paper")


class Choosy(Exception):
    """An error that refuses what it kept."""

    def __init__(self, *, reason: str = "") -> None:
        super().__init__(reason)


class Speechless(Exception):
    """An error whose text cannot be had."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class Silent(Exception):
    """An error that keeps nothing of what it says."""

    def __init__(self, tray: int) -> None:
        self.tray = tray
        super().__init__()

    def __str__(self) -> str:
        return f"tray {self.tray} is empty"


class Evasive(Exception):
    """An error whose class makes something else of itself."""

    def __new__(cls, *args: Any) -> Any:
        return super().__new__(cls, *args) if args != ("again",) else object()


class Awkward(Exception):
    """An error that answers no question."""

    @property
    def args(self) -> Any:  # type: ignore[override]  # as awkward as can be
        return 5

    def __repr__(self) -> str:
        raise RuntimeError("no")

    def __getattr__(self, name: str) -> Any:
        raise ZeroDivisionError(name)


class Printer:
    class OnFire(Exception):
        """An error inside of a class."""


not_an_exception = "a text"


def raised(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def there_and_back(error: BaseException) -> BaseException:
    return exception_of(loads(dumps(record_of(error))))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("no"),
        ValueError(),
        KeyError("name"),
        OSError(2, "No such file or directory"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        OutOfPaper("A4", 3, {"tray": [1, None]}),
        Printer.OnFire("lp0"),
        exceptions.TimeLimitExceeded("after 3 s"),
        exceptions.TimeoutError("not ready"),
        SystemExit(3),
        KeyboardInterrupt(),
        RuntimeError("half a pair: \ud800"),
    ],
    ids=repr,
)
def test_an_exception_comes_back_with_its_type_and_arguments(error: BaseException) -> None:
    back = there_and_back(raised(error))
    assert type(back) is type(error)
    assert back.args == error.args
    assert str(back) == str(error)


def test_a_record_has_celerys_fields_and_the_traceback() -> None:
    record = record_of(raised(OutOfPaper("A4", 3)))
    assert (record["exc_type"], record["exc_module"], record["exc_message"]) == ("OutOfPaper", __name__, ["A4", 3])
    assert record["traceback"].startswith("Traceback (most recent call last):")
    assert "raise error" in record["traceback"]
    assert record["traceback"].endswith("OutOfPaper: ('A4', 3)\n")


def test_chained_causes_are_in_the_traceback() -> None:
    error = OutOfPaper("A4")
    error.__cause__ = raised(KeyError("tray"))
    text = record_of(raised(error))["traceback"]
    assert "KeyError: 'tray'" in text
    assert "direct cause" in text


@pytest.mark.parametrize("error", [Jammed(3, "red"), Choosy(reason="whim"), Silent(4)], ids=repr)
def test_an_exception_that_cannot_be_built_again_has_a_stand_in_of_its_name(error: Exception) -> None:
    back = there_and_back(error)
    assert type(back).__name__ == type(error).__name__
    assert type(back).__module__ == __name__
    assert isinstance(back, TaskError)
    assert str(back) == str(error)
    assert isinstance(back, UnpickleableExceptionWrapper)
    assert (back.exc_cls_name, back.exc_args) == (type(error).__name__, tuple(record_of(error)["exc_message"]))
    assert str(there_and_back(back)) == str(error), "and so once more"


def test_an_exception_of_a_module_that_is_not_loaded_has_a_stand_in_and_nothing_is_imported() -> None:
    assert "this" not in sys.modules
    back = exception_of({"exc_type": "ZenError", "exc_module": "this", "exc_message": ["beautiful"]})
    assert "this" not in sys.modules
    assert (type(back).__name__, type(back).__module__, str(back)) == ("ZenError", "this", "beautiful")
    assert isinstance(back, CeleriacError)


def test_an_exception_from_inside_a_function_has_a_stand_in() -> None:
    class Local(Exception):
        pass

    back = there_and_back(Local("here"))
    assert type(back) is not Local
    assert (type(back).__name__, str(back)) == ("Local", "here")


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("system", "os"),
        ("not_an_exception", __name__),
        ("Printer", __name__),
        ("eval", "builtins"),
        ("path.join", "os"),
    ],
)
def test_a_name_that_is_no_exception_is_never_called(name: str, module: str) -> None:
    with pytest.raises(SecurityError, match="is not an exception"):
        exception_of({"exc_type": name, "exc_module": module, "exc_message": ["true"]})


@pytest.mark.parametrize(
    "record", [{}, {"exc_type": None, "exc_module": None, "exc_message": None}, {"exc_message": 5}]
)
def test_a_record_that_lacks_fields_is_still_an_exception(record: dict[str, Any]) -> None:
    assert isinstance(exception_of(record), Exception)


def test_a_class_that_builds_something_else_has_a_stand_in() -> None:
    error = Evasive("x")
    error.args = ("again",)
    back = there_and_back(error)
    assert (type(back).__name__, str(back), isinstance(back, UnpickleableExceptionWrapper)) == (
        "Evasive",
        "again",
        True,
    )


def test_a_group_of_exceptions_is_told_with_what_is_in_it() -> None:
    group = ExceptionGroup("both", [ValueError("one"), KeyError("two")])
    record = record_of(raised(group))
    assert "ValueError: one" in record["traceback"]
    assert "KeyError: 'two'" in record["traceback"]
    back = exception_of(loads(dumps(record)))
    assert (type(back).__name__, str(back)) == ("ExceptionGroup", "both (2 sub-exceptions)")


def test_an_exception_that_answers_no_question_is_recorded_all_the_same() -> None:
    back = there_and_back(raised(Awkward("x")))
    assert type(back).__name__ == "Awkward"


def test_arguments_that_json_cannot_carry_become_their_text() -> None:
    record = record_of(OutOfPaper("A4", {1, 2}))
    assert record["exc_message"] == ["('A4', {1, 2})"]
    assert json.dumps(record)


def test_an_exception_without_a_text_is_recorded_all_the_same() -> None:
    record = record_of(raised(Speechless(object())))
    assert record["exc_type"] == "Speechless"
    assert record["exc_message"] == ["an error without a text"]
    assert isinstance(exception_of(record), Exception)


@pytest.mark.parametrize("argument", ["x" * 10**6, ["x"] * 10**6, object], ids=["text", "list", "class"])
def test_what_is_kept_is_bounded(argument: object) -> None:
    record = record_of(raised(ValueError(argument)))
    assert len(str(record["exc_message"])) <= limits.ERROR_CHARS + 4
    assert len(record["traceback"]) <= limits.TRACEBACK_CHARS


def test_the_end_of_a_deep_traceback_is_kept() -> None:
    def dig(depth: int) -> None:
        if depth == 0:
            raise OutOfPaper("at the bottom")
        if depth % 2:  # two lines of code, so that Python does not fold the frames
            dig(depth - 1)
        dig(depth - 1)

    with pytest.raises(OutOfPaper) as caught:
        dig(300)
    assert record_of(caught.value)["traceback"].endswith("OutOfPaper: at the bottom\n")
