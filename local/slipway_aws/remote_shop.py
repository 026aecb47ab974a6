"""The demo's shop on AWS, as the demo uses it."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from slipway_demo.shop import Shop, Visit

from .shop_function import REFUSAL, VISIT, Ledger

_HERE = Path(__file__).resolve().parent
_SOURCES = ("slipway_aws/__init__.py", "slipway_aws/shop_function.py", "slipway_demo/__init__.py",
            "slipway_demo/shop.py", "slipway_local/__init__.py", "slipway_local/settings.py",
            "slipway_local/console.py")


class _Keys(dict[str, str]):
    """Keys that are made known to the function as they are added."""

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self._ledger = ledger

    def __setitem__(self, key: str, called: str) -> None:
        self._ledger.admit(key, called)
        super().__setitem__(key, called)


class RemoteShop(Shop):
    """The same as `Shop`, with what was remembered by the function."""

    def __init__(self, url: str, ledger: Ledger) -> None:
        self._ledger = ledger
        super().__init__(url)
        self.keys = _Keys(ledger)

    @property
    def visits(self) -> list[Visit]:  # type: ignore[override]
        return [Visit(one["called"], one["region"], one["since"]) for one in self._ledger.all(VISIT)]

    @visits.setter
    def visits(self, _: list[Visit]) -> None:
        """Only the function has visitors."""

    @property
    def refused(self) -> int:  # type: ignore[override]
        return len(self._ledger.all(REFUSAL))

    @refused.setter
    def refused(self, _: int) -> None:
        """Only the function refuses anybody."""


def package() -> bytes:
    """The code package of the function."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for source in _SOURCES:
            archive.write(_HERE.parent / source, source)
    return target.getvalue()


@contextmanager
def open_remote_shop(
    service: Callable[[str], Any], table_of: Callable[[str], Any], name: str, bucket: str
) -> Iterator[Shop]:
    """Deploys the shop as the stack `name`, with its code in `bucket`, until the block ends."""
    code = f"shops/{name}.zip"
    service("s3").put_object(Bucket=bucket, Key=code, Body=package())
    stacks = service("cloudformation")
    stacks.create_stack(
        StackName=name, TemplateBody=_HERE.joinpath("shop.yaml").read_text(), Capabilities=["CAPABILITY_IAM"],
        Parameters=[{"ParameterKey": "Bucket", "ParameterValue": bucket},
                    {"ParameterKey": "Code", "ParameterValue": code}],
    )
    try:
        stacks.get_waiter("stack_create_complete").wait(StackName=name)
        [stack] = stacks.describe_stacks(StackName=name)["Stacks"]
        outputs = {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}
        yield RemoteShop(outputs["Url"].rstrip("/"), Ledger(table_of(outputs["Table"])))
    finally:
        stacks.delete_stack(StackName=name)
        stacks.get_waiter("stack_delete_complete").wait(StackName=name)
        service("s3").delete_object(Bucket=bucket, Key=code)
