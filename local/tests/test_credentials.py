"""The `env` file: private, readable by a shell, read back as written."""

from __future__ import annotations

import stat
import subprocess
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

from slipway_local import credentials, settings

MADE = credentials.Credentials("http://127.0.0.1:3000", "demo", "id", "s3cret 'quoted' $x", "key")


class CredentialsTest(unittest.TestCase):
    def setUp(self) -> None:
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.settings = replace(settings.load(), state_dir=Path(directory.name))

    def test_written_and_read(self) -> None:
        self.assertIsNone(credentials.read(self.settings))
        credentials.write(self.settings, MADE, "bucket")
        self.assertEqual(credentials.read(self.settings), MADE)
        self.assertEqual(stat.S_IMODE(self.settings.env_file.stat().st_mode), 0o600)

    def test_a_shell_understands_it(self) -> None:
        credentials.write(self.settings, MADE, "bucket")
        script = f". '{self.settings.env_file}'; printf %s \"$SLIPWAY_CLIENT_SECRET\""
        shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
        self.assertEqual(shown, MADE.client_secret)

    def test_a_shell_learns_where_archives_go(self) -> None:
        credentials.write(self.settings, MADE, "bucket")
        script = f". '{self.settings.env_file}'; printf %s \"$SLIPWAY_AWS_URL/$SLIPWAY_BUCKET\""
        shown = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True).stdout
        self.assertEqual(shown, f"{self.settings.endpoint}/bucket")

    def test_a_damaged_file_counts_as_none(self) -> None:
        self.settings.env_file.write_text("export SLIPWAY_URL='unclosed\n")
        self.assertIsNone(credentials.read(self.settings))


if __name__ == "__main__":
    unittest.main()
