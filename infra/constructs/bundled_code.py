"""A bundle as the CDK's Lambda code, built on this machine instead of in Docker."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jsii
from aws_cdk import AssetHashType, BundlingOptions, DockerImage, ILocalBundling
from aws_cdk import aws_lambda as lambda_

from infra.bundling import Bundle

__all__ = ["bundled_code"]


@jsii.implements(ILocalBundling)
class _LocalBuild:
    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle

    # jsii passes the options by keyword, against the documented signature (aws-cdk issue 26581).
    def try_bundle(self, output_dir: str, *_args: Any, **_options: Any) -> bool:
        self._bundle.build(Path(output_dir))
        return True


def bundled_code(bundle: Bundle) -> lambda_.Code:
    """The code of a function, built only when an asset of the same sources is not in cdk.out yet."""
    return lambda_.Code.from_asset(
        str(bundle.functions),
        asset_hash_type=AssetHashType.CUSTOM,
        asset_hash=bundle.digest(),
        bundling=BundlingOptions(image=DockerImage.from_registry("never-pulled"), local=_LocalBuild(bundle)),
    )
