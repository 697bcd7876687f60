import io

import pytest

from local.screen import Screen, size


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


def test_a_pipe_gets_words_only() -> None:
    pipe = io.StringIO()
    screen = Screen(pipe)

    screen.title("Results")
    screen.fact("pages", 3)
    screen.passing("under way")
    screen.line(screen.colour("green", "fine"))

    assert pipe.getvalue() == "\nResults\n  pages               3\nfine\n"


def test_a_terminal_gets_colours() -> None:
    assert Screen(Terminal()).colour("green", "fine") == "\x1b[32mfine\x1b[0m"


def test_no_color_is_honoured_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    assert Screen(Terminal()).colour("green", "fine") == "fine"


def test_a_passing_line_never_wraps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = Terminal()

    Screen(terminal).passing("a" * 50)

    assert terminal.getvalue() == "\r\x1b[K" + "a" * 19


def test_a_step_says_that_it_is_done_and_how_long_it_took() -> None:
    pipe = io.StringIO()

    with Screen(pipe).step("Deploying"):
        pass

    assert pipe.getvalue() == "  done  Deploying 0.0 s\n"


def test_a_step_that_fails_says_so_and_lets_the_error_pass() -> None:
    pipe = io.StringIO()

    with pytest.raises(ValueError, match="broken"), Screen(pipe).step("Deploying"):
        raise ValueError("broken")

    assert pipe.getvalue() == "  failed  Deploying 0.0 s\n"


@pytest.mark.parametrize(
    ("count_bytes", "said"), [(0, "0 bytes"), (640, "640 bytes"), (72_400, "72 KB"), (3_140_000, "3.1 MB")]
)
def test_sizes_are_said_as_people_say_them(count_bytes: int, said: str) -> None:
    assert size(count_bytes) == said
