"""The HTTP producer: tasks and files come in, ids go out at once, results are there to be asked for.

API Gateway is the router; `routes` says what answers which route, and `handler` is what Lambda calls. `arrivals` is the
second function: it hears from S3 of files that came by presigned form.
"""
