"""What `up`, `down`, `console`, `follow`, `demo` and `status` do."""

from dataclasses import dataclass
from threading import Event

from local import command_line
from local.background import Background
from local.cloud import Cloud
from local.demo import demo as run_demo
from local.deploy import Deployer
from local.endpoint import Endpoint
from local.follower import Follower
from local.hints import hints
from local.outputs import DEPLOYMENT
from local.runtime import Runtime
from local.screen import Screen
from local.seed import prepare
from local.session import HOME, cloud_at, deployed, folder_of, running
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
        succeeded = run_demo(_deploy(options, endpoint, screen), screen)
    return 0 if succeeded else 1


def up(options: Options, screen: Screen) -> int:
    """Start it if it does not run, deploy, and say how to use it."""
    system = _up(options, screen)
    _say(system, options, screen)
    target = f" ENDPOINT={options.endpoint}" if options.endpoint else ""
    screen.title(f"`make down{target}` stops what this has started.")
    return 0


def down(options: Options, screen: Screen) -> int:
    """Stop what `up` started: the embedded AWS and every follower, or the one at an endpoint that was named."""
    folders = [folder_of(options.endpoint)] if options.endpoint else [HOME, *HOME.glob("at-*")]
    followers = [folder for folder in folders if Background(folder).stop()]
    if not options.endpoint and Cloud(HOME).stop():
        screen.line("The embedded AWS is stopped.")
    elif followers:
        screen.line("It is followed no more. What runs at an ENDPOINT of yours goes on.")
    else:
        screen.line("Nothing was running.")
    return 0


def console(options: Options, screen: Screen) -> int:
    """Open the console, after `up` where that has not been done yet."""
    command_line.become(deployed(options.endpoint) or _up(options, screen), "console")


def follow(options: Options, screen: Screen) -> int:
    """Put figures into an emulator's CloudWatch, and fire its schedules if it does not, while it answers."""
    endpoint = running(options.endpoint)
    if not endpoint:
        screen.line("Not running: `make up` starts it.")
        return 1
    screen.fact("follows", f"{DEPLOYMENT} at {endpoint.url}")
    Follower(endpoint, DEPLOYMENT).run(Event())
    return 0


def status(options: Options, screen: Screen) -> int:
    """Say whether it runs, how to use it, and what the queues, their lanes and the schedules are doing."""
    endpoint, system = running(options.endpoint), deployed(options.endpoint)
    if not endpoint:
        screen.line("Not running: `make up` starts it.")
        return 0
    if not system:
        screen.line(f"Running at {endpoint.url}, with nothing deployed: `make up` does it.")
        return 0
    screen.fact("the cloud", endpoint.url)
    _say(system, options, screen)
    screen.line()
    return command_line.run(system, "status")


def _up(options: Options, screen: Screen) -> System:
    screen.title("Celeriac, on this machine")
    with cloud_at(options.endpoint, Cloud(HOME), keep=True) as endpoint:
        system = _deploy(options, endpoint, screen)
        prepare(system)
        Background(folder_of(options.endpoint)).start(endpoint)
    return system


def _deploy(options: Options, endpoint: Endpoint, screen: Screen) -> System:
    screen.fact("the cloud", endpoint.url)
    with screen.step("cdk deploy --all"):
        outputs = Deployer(endpoint, folder_of(options.endpoint), options.runtime).deploy()
    return System(endpoint, outputs)


def _say(system: System, options: Options, screen: Screen) -> None:
    screen.fact("the API", system.api.url)
    follower = Background(folder_of(options.endpoint)).running()
    screen.fact("the figures", f"kept by process {follower.pid}" if follower else "not kept: `make up` sees to it")
    screen.title("Try it")
    screen.lines(hints(system))
