"""The parts of the demo that can go wrong by themselves: its shop, its tables, its definition."""

from __future__ import annotations

import io
import json
import unittest
import urllib.request
from contextlib import redirect_stdout
from pathlib import Path

from slipway_demo import client, screen, shop


class Shop(unittest.TestCase):
    def test_only_a_known_key_is_let_in_and_its_visit_is_kept(self) -> None:
        with shop.open_shop() as opened:
            opened.keys["secret"] = "a key"
            self.assertEqual(opened.status_without_key(), 401)
            request = urllib.request.Request(
                f"{opened.url}/orders?since=2026-01-16&region=eu", headers={"x-api-key": "secret"}
            )
            with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request) as answer:
                orders = json.load(answer)["orders"]
        self.assertEqual([order["id"] for order in orders], ["A-4"])
        self.assertEqual(opened.visits, [shop.Visit("a key", "eu", "2026-01-16")])
        self.assertEqual(opened.refused, 1)


class Screen(unittest.TestCase):
    def test_columns_are_as_wide_as_their_widest_cell(self) -> None:
        output = io.StringIO()
        with redirect_stdout(output):
            screen.table(["a", "bc"], [["long", "x"], ["", "y"]])
        lines = [line.removeprefix("     ") for line in output.getvalue().splitlines()]
        self.assertEqual(lines, ["a     bc", "long  x", "      y"])


class Expectations(unittest.TestCase):
    def test_what_does_not_hold_stops_the_demo_and_is_named(self) -> None:
        client.expect(True, "nothing happens")
        with self.assertRaisesRegex(client.DemoError, "the sky is green"):
            client.expect(False, "the sky is green")


class Definition(unittest.TestCase):
    def test_it_shows_what_the_demo_says_it_shows(self) -> None:
        definition = json.loads(Path(shop.__file__).with_name("orders.asl.json").read_text())
        text = json.dumps(definition)
        for part in ('"Map"', '"Choice"', "${slipway.http}", "${secret.SHOP_KEY}", "${review.threshold}"):
            self.assertIn(part, text)


if __name__ == "__main__":
    unittest.main()
