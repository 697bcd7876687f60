"""Workers and apps for the tests of applications.

Source: https://docs.celeryq.dev/en/stable/userguide/testing.html
"""

__all__: list[str] = []
