"""What goes with other tools: Django, pytest."""

__all__: list[str] = []
