"""What all functions of one deployment share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_s3 as s3

from infra.names import Names
from infra.target import Target

__all__ = ["Deployment"]


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployment's names, what its functions run on, where their sources lie, and what they keep and tell.

    `far_etas` says whether tasks that are due much later become schedules, or hop through SQS; `tracing` whether X-Ray
    is told of invocations.
    """

    names: Names
    target: Target
    functions: Path
    results: dynamodb.ITable
    payloads: s3.IBucket
    files: s3.IBucket
    users: dynamodb.ITable
    metrics: str
    far_etas: bool = True
    tracing: bool = False
