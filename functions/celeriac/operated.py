"""What an operator does with an app: `app.control`, `app.failures`, `app.operations`."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from celeriac.app import Celeriac
    from celeriac.backend import Backend
    from celeriac.broker import Broker
    from celeriac.control import Control
    from celeriac.failures import Failures
    from celeriac.operations import Operations

__all__ = ["Operated"]


class Operated:
    """An app that can be operated; none of it is imported before somebody does, for no task needs it."""

    @functools.cached_property
    def control(self) -> Control:
        """Orders to the workers, and questions: `revoke`, `rate_limit`, `inspect` …"""
        from celeriac.control import Control

        return Control(cast("Celeriac", self))

    @functools.cached_property
    def failures(self) -> Failures:
        """What failed: `list`, `retry`, `drop`."""
        from celeriac.failures import Failures

        return Failures(cast("Celeriac", self))

    @property
    def operations(self) -> Operations:
        """Queues and workers, to be looked at and changed: `queues`, `workers`, `pause`, `resume`, `redrive`."""
        services = cast("Celeriac", self).services
        return services.operations or _on_amazon(services.broker, services.backend)


@functools.lru_cache(maxsize=1)
def _on_amazon(broker: Broker, backend: Backend) -> Operations:
    """The same as long as the services are, for it keeps what CloudWatch has told."""
    from celeriac.operations.amazon import AmazonOperations

    return AmazonOperations(broker, backend)
