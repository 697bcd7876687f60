"""The deployment's settings: the CDK context, read once, checked, frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs import Node

from infra.console_login import ConsoleLogin
from infra.target import Target
from infra.thresholds import DEFAULTS, Thresholds
from infra.toml_table import TomlTable

__all__ = ["Settings", "SettingsError"]

STAGE = re.compile(
    r"[a-z][a-z0-9-]{0,15}"
)  # names of 64 characters leave this much beside "celeriac-" and a worker's name
SWITCH = {"on": True, "off": False}
METRICS = ("task", "worker", "off")
FAR_ETAS = ("schedule", "hop")
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
USER_POOL = re.compile(r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+")
REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")


class SettingsError(ValueError):
    """Raised when the context is wrong; the message lists all that is."""


@dataclass(frozen=True)
class Settings:
    """What `cdk.json` and `-c KEY=VALUE` decide."""

    stage: str
    region: str | None
    target: Target
    alarm_email: str | None
    metrics: str
    far_etas: bool = True
    thresholds: Thresholds = DEFAULTS
    dashboard: bool = True
    tracing: bool = False
    metric_math: bool = True
    cors_origins: tuple[str, ...] = ()
    user_pool: str | None = None
    console: ConsoleLogin | None = None

    @property
    def deployment(self) -> str:
        """The prefix of every physical name."""
        return f"celeriac-{self.stage}"

    @classmethod
    def from_context(cls, node: Node) -> Settings:
        """Read the app's context; the defaults are in cdk.json and nowhere else."""
        stage, region, email = (node.try_get_context(key) for key in ("stage", "region", "alarm_email"))
        metrics = node.try_get_context("metrics")
        far_etas = node.try_get_context("far_etas")
        problems: list[str] = []
        if not STAGE.fullmatch(str(stage)):
            problems.append(f"stage: must be up to 16 of a-z, 0-9 and -, not {stage!r}")
        if region and not REGION.fullmatch(str(region)):
            problems.append(f'region: must be a region such as "eu-central-1", not {region!r}')
        if email and "@" not in str(email):
            problems.append(f"alarm_email: must be an address, not {email!r}")
        if metrics not in METRICS:
            problems.append(f"metrics: must be {' or '.join(METRICS)}, not {metrics!r}")
        if far_etas not in FAR_ETAS:
            problems.append(f"far_etas: must be one of {', '.join(FAR_ETAS)}, not {far_etas!r}")
        thresholds = DEFAULTS.changed(_table(node.try_get_context("alarms"), problems))
        dashboard = node.try_get_context("dashboard")
        tracing = node.try_get_context("tracing")
        metric_math = node.try_get_context("metric_math")
        for key, value in {"dashboard": dashboard, "tracing": tracing, "metric_math": metric_math}.items():
            if value not in SWITCH:
                problems.append(f"{key}: must be one of {', '.join(SWITCH)}, not {value!r}")
        cors_origins, user_pool = node.try_get_context("cors_origins"), node.try_get_context("user_pool")
        origins = tuple(cors_origins if isinstance(cors_origins, list) else str(cors_origins or "").split())
        if wrong := [origin for origin in origins if not ORIGIN.fullmatch(str(origin))]:
            problems.append(f'cors_origins: must be exact origins such as "https://example.com", not {wrong!r}')
        if user_pool and not USER_POOL.fullmatch(str(user_pool)):
            problems.append(f"user_pool: must be the ARN of a Cognito user pool, not {user_pool!r}")
        console = ConsoleLogin.from_context(node, problems)
        try:
            target = Target.parse(node.try_get_context("architecture"), node.try_get_context("python"))
        except ValueError as error:
            problems.append(str(error))
        if problems:
            raise SettingsError("\n".join(["the context (cdk.json or -c KEY=VALUE) is wrong:", *problems]))
        return cls(
            str(stage),
            region or None,
            target,
            email or None,
            metrics,
            far_etas == FAR_ETAS[0],
            thresholds,
            SWITCH[dashboard],
            SWITCH[tracing],
            SWITCH[metric_math],
            origins,
            user_pool or None,
            console,
        )


def _table(alarms: object, problems: list[str]) -> TomlTable:
    """What the context says of alarms; on the command line it would be a text, which is none."""
    if not isinstance(alarms, dict):
        problems.append(f"alarms: must be an object in cdk.json, not {alarms!r}")
    return TomlTable(alarms if isinstance(alarms, dict) else {}, "the context", problems, "alarms.")
