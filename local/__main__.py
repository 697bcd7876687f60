"""`python -m local up|down|console|status|follow|demo`: the whole system on this machine."""

import argparse
import sys

from local.cloud import CloudStartError
from local.commands import Options, console, demo, down, follow, status, up
from local.deploy import DeployError
from local.endpoint import ForeignEndpointError
from local.outputs import OutputsError
from local.runtime import Runtime
from local.screen import Screen
from local.uploads import UploadError
from local.wait import WaitedTooLongError

EXPECTED = (CloudStartError, DeployError, ForeignEndpointError, OutputsError, UploadError, WaitedTooLongError)
COMMANDS = {
    "demo": (demo, "deploy, send a photo and a PDF through, show the results, stop what was started"),
    "up": (up, "start the embedded AWS if none runs, deploy, and keep it running"),
    "down": (down, "stop what `up` started"),
    "console": (console, "open the console, after `up` where that is to be done yet"),
    "status": (status, "say whether and where it runs, and what it is doing"),
    "follow": (
        follow,
        "what `up` leaves running: keeps figures, and fires schedules where the emulator (LocalStack) does not",
    ),
}


def main() -> int:
    """Run one command; its exit code."""
    arguments = _parser().parse_args()
    screen = Screen()
    command, _ = COMMANDS[arguments.command]
    try:
        return command(Options(arguments.endpoint, Runtime.of(arguments.python, arguments.architecture)), screen)
    except EXPECTED as error:
        screen.line(f"\n{error}")
        return 1
    except KeyboardInterrupt:
        screen.line("\nInterrupted.")
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(required=True, dest="command", metavar="COMMAND")
    for name, (_, what) in COMMANDS.items():
        sub = commands.add_parser(name, help=what, description=what)
        sub.add_argument("--endpoint", help="an emulator on this machine that runs already")
        sub.add_argument("--python", help="the Python that it runs functions with, such as 3.13")
        sub.add_argument("--architecture", help="x86_64 or arm64, where that is not this host's")
    return parser


if __name__ == "__main__":
    sys.exit(main())
