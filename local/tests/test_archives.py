"""The archive server answers with archives and with nothing else."""

from __future__ import annotations

import asyncio
import os
import tempfile
import unittest
from pathlib import Path

from slipway_local.emulator.archives import CHUNK_BYTES, Archives


class ArchivesTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.outside = Path(directory.name)
        self.root = self.outside / "repositories"
        (self.root / "acme" / "tax").mkdir(parents=True)
        self.archives = Archives(self.root)

    def put(self, name: str, contents: bytes) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(contents)

    def get(self, path: str, method: str = "GET") -> tuple[int, bytes]:
        sent: list[dict] = []

        async def send(message: dict) -> None:
            sent.append(message)

        asyncio.run(self.archives.handle({"method": method, "raw_path": path.encode()}, send))
        return sent[0]["status"], b"".join(message["body"] for message in sent[1:])

    def test_an_archive(self) -> None:
        contents = os.urandom(CHUNK_BYTES + 10)
        self.put("acme/tax/v1.tar.gz", contents)
        self.put("acme/tax/feature/a b.tar.gz", b"other")
        self.assertEqual(self.get("/acme/tax/v1.tar.gz"), (200, contents))
        self.assertEqual(self.get("/acme/tax/v1.tar.gz?token=x"), (200, contents))
        self.assertEqual(self.get("/acme/tax/feature/a%20b.tar.gz"), (200, b"other"))

    def test_a_tag_that_moves(self) -> None:
        for contents in (b"one", b"two"):
            self.put("acme/tax/v1.tar.gz", contents)
            self.assertEqual(self.get("/acme/tax/v1.tar.gz"), (200, contents))

    def test_nothing_else(self) -> None:
        self.put("acme/tax/v1.tar.gz", b"archive")
        self.put("acme/tax/notes.txt", b"private")
        self.put("v1.tar.gz", b"of no repository")
        (self.root / "acme" / "folder.tar.gz").mkdir()
        (self.outside / "secret.tar.gz").write_bytes(b"secret")
        (self.root / "acme" / "link.tar.gz").symlink_to(self.outside / "secret.tar.gz")
        for path in (
            "/", "", "/acme", "/acme/tax/", "/acme/tax/v2.tar.gz", "/acme/tax/notes.txt", "/v1.tar.gz",
            "/acme/folder.tar.gz", "/acme/link.tar.gz", "/../secret.tar.gz", "/acme/../../secret.tar.gz",
            "/%2e%2e/secret.tar.gz", f"/acme/{self.outside}/secret.tar.gz", f"//{self.outside}/secret.tar.gz",
            "/acme/%00.tar.gz", f"/acme/{'x' * 300}.tar.gz",
        ):
            with self.subTest(path):
                self.assertEqual(self.get(path)[0], 404)
        for method in ("HEAD", "POST", "PUT", "DELETE"):
            with self.subTest(method):
                self.assertEqual(self.get("/acme/tax/v1.tar.gz", method)[0], 404)


if __name__ == "__main__":
    unittest.main()
