"""What `up`, `down`, `clock`, `demo` and `status` do."""

from dataclasses import dataclass

from local.clock import Clock
from local.cloud import Cloud
from local.demo import demo as run_demo
from local.deploy import Deployer
from local.endpoint import Endpoint
from local.hints import hints
from local.outputs import DEPLOYMENT, Outputs
from local.runtime import Runtime
from local.screen import Screen
from local.seed import prepare
from local.session import HOME, cloud_at, folder_of, named
from local.system import System


@dataclass(frozen=True)
class Options:
    """Where to, and for which interpreter; an endpoint of None is a cloud of one's own."""

    endpoint: str | None
    runtime: Runtime


def demo(options: Options, screen: Screen) -> int:
    """Deploy, send files through, show what came out, stop what was started."""
    screen.title("Celeriac, on this machine")
    with cloud_at(options.endpoint, Cloud(HOME)) as endpoint:
        succeeded = run_demo(_deployed(options, endpoint, screen), screen)
    return 0 if succeeded else 1


def up(options: Options, screen: Screen) -> int:
    """Start it if it does not run, deploy, and say how to use it."""
    screen.title("Celeriac, on this machine")
    with cloud_at(options.endpoint, Cloud(HOME), keep=True) as endpoint:
        system = _deployed(options, endpoint, screen)
        prepare(system)
    _say(system, screen)
    if not options.endpoint:
        screen.title("`make down` stops it.")
    return 0


def down(_: Options, screen: Screen) -> int:
    """Stop what `up` started."""
    screen.line("The embedded AWS is stopped." if Cloud(HOME).stop() else "Nothing was running.")
    return 0


def clock(options: Options, screen: Screen) -> int:
    """Fire the schedules of what is deployed, where an emulator does not; until it is interrupted."""
    found = Cloud(HOME).running()
    if not options.endpoint and not found:
        screen.line("Nothing is running: `make up` starts it.")
        return 1
    endpoint = named(options.endpoint or (found.url if found else ""))
    screen.fact("fires the schedules at", endpoint.url)
    Clock(endpoint, DEPLOYMENT).run()
    return 0


def status(_: Options, screen: Screen) -> int:
    """Say whether it runs, and how to use it."""
    found = Cloud(HOME).running()
    if not found:
        screen.line("Not running: `make up` starts it.")
        return 0
    outputs = HOME / "outputs.json"
    if not outputs.exists():
        screen.line(f"Running at {found.url}, with nothing deployed.")
        return 0
    _say(System(Endpoint(found.url), Outputs.read(outputs)), screen)
    return 0


def _deployed(options: Options, endpoint: Endpoint, screen: Screen) -> System:
    screen.fact("the cloud", endpoint.url)
    with screen.step("cdk deploy --all"):
        outputs = Deployer(endpoint, folder_of(options.endpoint), options.runtime).deploy()
    return System(endpoint, outputs)


def _say(system: System, screen: Screen) -> None:
    screen.fact("the API", system.api.url)
    screen.title("Try it")
    screen.lines(hints(system))
