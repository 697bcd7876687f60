import os
import signal
import subprocess
import sys
from pathlib import Path

from local.process import run
from local.wait import until

PARENT = "import os, subprocess, sys, time; subprocess.Popen([sys.executable, '-c', sys.argv[1]]).wait()"
CHILD = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
RUNNER = """
import sys
from pathlib import Path
from local.process import run
run([sys.executable, "-c", sys.argv[1], sys.argv[2]], Path.cwd(), {}, Path(sys.argv[3]))
"""


def test_the_exit_code_is_returned_and_the_output_is_in_the_log(tmp_path: Path) -> None:
    program = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"

    code = run([sys.executable, "-uc", program], tmp_path, {}, tmp_path / "log")

    assert code == 3
    assert (tmp_path / "log").read_text() == "out\nerr\n"


def test_a_program_reads_an_empty_input_rather_than_wait_for_a_person(tmp_path: Path) -> None:
    run([sys.executable, "-c", "print(repr(open(0).read()))"], tmp_path, {}, tmp_path / "log")

    assert (tmp_path / "log").read_text() == "''\n"


def test_an_interruption_ends_the_program_and_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(
        [sys.executable, "-c", RUNNER, PARENT, CHILD, str(log)], env=environment, stderr=subprocess.DEVNULL
    ) as runner:
        grandchild = int(until(lambda: log.read_text() if log.exists() else None, "the grandchild's id", timeout_s=60))
        runner.send_signal(signal.SIGINT)
        runner.wait(timeout=60)

    assert until(lambda: _is_gone(grandchild), "the grandchild to end", timeout_s=60)


def _is_gone(pid: int) -> bool:
    """Gone, or a zombie that whoever adopted it has yet to bury."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z"
