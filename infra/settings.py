"""The deployment's settings: the CDK context, read once, checked, frozen."""

from __future__ import annotations

import re
from dataclasses import dataclass

from constructs import Node

from celeriac.deployment_names import deployment_of, stage_problem
from infra.console_login import ConsoleLogin
from infra.context import Context, SettingsError
from infra.target import Target
from infra.thresholds import DEFAULTS, Thresholds
from infra.toml_table import TomlTable

__all__ = ["Settings", "SettingsError"]

REGION = re.compile(r"[a-z]{2}(-[a-z]+)+-\d")
ADDRESS = re.compile(r".*@.*", re.DOTALL)
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d{1,5})?")
USER_POOL = re.compile(r"arn:aws[a-z-]*:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+")


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
        return deployment_of(self.stage)

    @classmethod
    def from_context(cls, node: Node) -> Settings:
        """Read the app's context; the defaults are in cdk.json and nowhere else."""
        context = Context(node)
        settings = cls(
            stage=_stage(context),
            region=context.text_or_none("region", REGION, 'a region such as "eu-central-1"'),
            alarm_email=context.text_or_none("alarm_email", ADDRESS, "an address"),
            metrics=context.choice("metrics", "task", "worker", "off"),
            far_etas=context.choice("far_etas", "schedule", "hop") == "schedule",
            thresholds=_thresholds(context),
            dashboard=context.switch("dashboard"),
            tracing=context.switch("tracing"),
            metric_math=context.switch("metric_math"),
            cors_origins=_origins(context),
            user_pool=context.text_or_none("user_pool", USER_POOL, "the ARN of a Cognito user pool"),
            console=ConsoleLogin.from_context(node, context.problems),
            target=_target(context),
        )
        context.finish()
        return settings


def _stage(context: Context) -> str:
    stage = context.value("stage")
    if problem := stage_problem(stage):
        context.problems.append(f"stage: {problem}")
    return str(stage)


def _thresholds(context: Context) -> Thresholds:
    """What the context says of alarms; on the command line it would be a text, which is none."""
    alarms = context.value("alarms")
    if not isinstance(alarms, dict):
        context.problems.append(f"alarms: must be an object in cdk.json, not {alarms!r}")
    told = alarms if isinstance(alarms, dict) else {}
    return DEFAULTS.changed(TomlTable(told, "the context", context.problems, "alarms."))


def _origins(context: Context) -> tuple[str, ...]:
    """A list in cdk.json; on the command line, texts with spaces between them."""
    told = context.value("cors_origins")
    origins = tuple(told if isinstance(told, list) else str(told or "").split())
    if wrong := [origin for origin in origins if not ORIGIN.fullmatch(str(origin))]:
        context.problems.append(f'cors_origins: must be exact origins such as "https://example.com", not {wrong!r}')
    return origins


def _target(context: Context) -> Target:
    try:
        return Target.parse(context.value("architecture"), context.value("python"))
    except ValueError as error:
        context.problems.append(str(error))
        return Target("", "")  # which nobody sees
