import shlex

from local.hints import hints


def test_every_hint_is_one_shell_command() -> None:
    first, *calls = hints("http://127.0.0.1:4566/_aws/execute-api/abc/v1")

    assert shlex.split(first) == ["API=http://127.0.0.1:4566/_aws/execute-api/abc/v1"]
    for call in calls:
        words = shlex.split(call, comments=True)
        assert words[0] == "curl"
        assert words[-1].startswith("$API/")
