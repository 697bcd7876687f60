"""The application brings its own configuration, and is run in a process of its own."""

collect_ignore = ["application"]
