"""The producer's app: it has no tasks of its own, it sends to every worker of its deployment."""

from celeriac import Celeriac

__all__ = ["app"]

app = Celeriac("api")
