import json

from local.logs import readable


def test_lines_of_lambda_itself_and_figures_are_left_out() -> None:
    lines = [
        "START RequestId: 1 Version: $LATEST",
        "hello",
        "END RequestId: 1",
        "REPORT RequestId: 1\tDuration: 2 ms",
        '{"_aws":{"Timestamp":1}}',
        "",
    ]

    assert readable(lines) == ["hello"]


def test_a_record_is_told_as_a_sentence_with_its_traceback() -> None:
    error = json.dumps({"exc_type": "ValueError", "traceback": "Traceback:\n  in make\nValueError: no\n"})
    record = {"time": "12:00:00", "level": "ERROR", "message": "task failure", "task": "thumbnail.make", "error": error}

    assert readable([json.dumps(record)]) == [
        "12:00:00 ERROR task failure thumbnail.make",
        "  Traceback:",
        "    in make",
        "  ValueError: no",
    ]


def test_json_that_is_no_record_is_told_as_it_is() -> None:
    assert readable(['{"a": 1}', "[1]", "3"]) == ['{"a": 1}', "[1]", "3"]
