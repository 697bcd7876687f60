"""The console: one page for operators, over the HTTP API.

`celeriac console` serves it to the browser of this machine and signs its calls with the operator's own AWS credentials:
nothing of it is public, and nothing of it is in a worker's bundle. A deployment that takes tokens may serve it itself.
"""

__all__: list[str] = []
