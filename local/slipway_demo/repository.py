"""The repository of the demo's connector: files in a folder, archived under tags in the stack's own bucket."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).with_name("shop-connector")


def files() -> dict[str, bytes]:
    """The files of the repository by their paths."""
    found = sorted(path for path in _FOLDER.rglob("*") if path.is_file())
    return {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in found}


def archive(contents: dict[str, bytes]) -> bytes:
    """The archive (tar.gz) of files; the same for the same files."""
    packed = io.BytesIO()
    # No time in it, neither in the tarball nor in gzip's header.
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as zipped, tarfile.open(fileobj=zipped, mode="w") as tarball:
        for path, text in sorted(contents.items()):
            entry = tarfile.TarInfo(path)
            entry.size = len(text)
            tarball.addfile(entry, io.BytesIO(text))
    return packed.getvalue()


class Repository:
    """Tags of a repository, each an object `{prefix}/{tag}.tar.gz` in the bucket."""

    def __init__(self, s3: Any, bucket: str, project: str, name: str) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = f"repositories/{project}/{name}"
        self._tags: list[str] = []

    @property
    def url(self) -> str:
        """As a connector names it."""
        return f"s3://{self._bucket}/{self._prefix}"

    def push(self, tag: str, contents: dict[str, bytes]) -> str:
        """Puts an archive of the files there and says where. Slipway has no part in it, as with any git host."""
        key = f"{self._prefix}/{tag}.tar.gz"
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=archive(contents))
        self._tags.append(tag)
        return f"s3://{self._bucket}/{key}"

    def remove(self) -> None:
        """Takes all archives away again."""
        for tag in self._tags:
            self._s3.delete_object(Bucket=self._bucket, Key=f"{self._prefix}/{tag}.tar.gz")
