"""What the worker's environment says; worker.toml sets it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Self

from celeriac.exceptions import ImproperlyConfigured

__all__ = ["Settings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The variables of the same names, in capitals; `report_to` is an address or a user's id."""

    deployment: str
    files_bucket: str
    mail_from: str
    mail_ledger: str
    report_to: str
    users_table: str

    @classmethod
    def load(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Read the environment; raises ImproperlyConfigured listing all that is missing."""
        names = {field.name: field.name.upper() for field in fields(cls)}
        if missing := [name for name in names.values() if not environ.get(name)]:
            raise ImproperlyConfigured(f"the environment lacks {', '.join(missing)}: see functions/notify/worker.toml")
        return cls(**{field: environ[name] for field, name in names.items()})
