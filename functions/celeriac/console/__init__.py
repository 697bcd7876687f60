"""The console: one page for operators, served to the browser of this machine by `celeriac console`.

The page calls the deployment's HTTP API through this server, which signs each call with the operator's own AWS
credentials. Nothing of it is public, and nothing of it is in a worker's bundle.
"""

from celeriac.console.address import ApiAddress
from celeriac.console.server import HOST, ConsoleServer
from celeriac.console.upstream import Upstream

__all__ = ["HOST", "ApiAddress", "ConsoleServer", "Upstream"]
