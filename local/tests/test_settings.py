"""Settings come from the environment and refuse what they cannot use."""

from __future__ import annotations

import os
import unittest
from unittest.mock import patch

from slipway_local import settings
from slipway_local.console import StackError


def load(**variables: str) -> settings.Settings:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SLIPWAY_", "CARGO_"))}
    with patch.dict(os.environ, {**clean, **variables}, clear=True):
        return settings.load()


class SettingsTest(unittest.TestCase):
    def test_defaults(self) -> None:
        found = load()
        self.assertEqual((found.url, found.endpoint), ("http://127.0.0.1:3000", "http://127.0.0.1:4566"))
        self.assertEqual(found.archives, "http://127.0.0.1:3001")
        self.assertEqual(found.repositories, found.state_dir / "repositories")
        self.assertEqual(found.state_dir, found.root / ".local")
        self.assertEqual(found.binary, found.root / "target" / "debug" / "slipway-functions")
        self.assertTrue(found.enforce_roles)

    def test_everything_can_be_chosen(self) -> None:
        found = load(
            SLIPWAY_PORT="3001", SLIPWAY_AWS_PORT="4567", SLIPWAY_STATE_DIR=".local/test", SLIPWAY_PROJECT="acme",
            SLIPWAY_PARAMETERS="A=1 B=x,y=z", CARGO_TARGET_DIR="/elsewhere", SLIPWAY_BUILD="0",
            SLIPWAY_ENFORCE_ROLES="0", SLIPWAY_ARCHIVE_PORT="3009", SLIPWAY_SAVES="0", SLIPWAY_PATIENCE="10",
        )
        self.assertEqual(found.archives, "http://127.0.0.1:3009")
        self.assertEqual(found.parameters, {"A": "1", "B": "x,y=z"})
        self.assertEqual(found.state_dir, found.root / ".local" / "test")
        self.assertEqual(str(found.binary), "/elsewhere/debug/slipway-functions")
        self.assertFalse(found.build)
        self.assertFalse(found.enforce_roles)
        self.assertEqual((found.saves, found.patience), (False, 10))

    def test_refusals_name_the_variable(self) -> None:
        for name, value in (
            ("SLIPWAY_PORT", "many"), ("SLIPWAY_AWS_PORT", "70000"), ("SLIPWAY_PARAMETERS", "word"),
            ("SLIPWAY_PATIENCE", "0"),
        ):
            with self.subTest(name), self.assertRaisesRegex(StackError, name):
                load(**{name: value})

    def test_one_port_cannot_serve_both(self) -> None:
        for ports in ({"SLIPWAY_PORT": "4566"}, {"SLIPWAY_PORT": "4565"}, {"SLIPWAY_ARCHIVE_PORT": "3000"}):
            with self.subTest(ports), self.assertRaisesRegex(StackError, "must differ"):
                load(**ports)


if __name__ == "__main__":
    unittest.main()
