"""The parts of the demo that can go wrong by themselves: its shop, its tables, its definitions, its repository."""

from __future__ import annotations

import io
import json
import tarfile
import unittest
import urllib.request
from contextlib import redirect_stdout
from pathlib import Path
from unittest.mock import patch

from slipway_demo import client, connector, repository, screen, shop, watching


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


class Repository(unittest.TestCase):
    def test_every_application_has_a_flow_in_its_folder(self) -> None:
        files = repository.files()
        lines = files["connect.yaml"].decode().splitlines()
        names = [line.split(":")[1].strip() for line in lines if "- name:" in line]
        self.assertEqual(sorted(files), sorted(["connect.yaml", *(f"{name}/flow.asl.json" for name in names)]))
        service = files["orders/flow.asl.json"].decode()
        for part in ("${slipway.http}", "${secret.SHOP_KEY}", "${SHOP_NAME}"):
            self.assertIn(part, service)

    def test_an_archive_holds_the_files_and_is_the_same_for_the_same_files(self) -> None:
        files = {"connect.yaml": b"deployAs: []\n", "orders/flow.asl.json": b"{}"}
        packed = repository.archive(files)
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:gz") as tarball:
            held = {entry.name: tarball.extractfile(entry).read() for entry in tarball}  # type: ignore[union-attr]
        self.assertEqual(held, files)
        self.assertEqual(repository.archive(dict(reversed(files.items()))), packed)

    def test_a_tag_is_an_object_below_the_projects_prefix_and_goes_again(self) -> None:
        bucket = Bucket()
        opened = repository.Repository(bucket, "bucket", "acme", "shop")
        self.assertEqual(opened.url, "s3://bucket/repositories/acme/shop")
        self.assertEqual(opened.push("v1", {}), "s3://bucket/repositories/acme/shop/v1.tar.gz")
        self.assertEqual(list(bucket.objects), ["repositories/acme/shop/v1.tar.gz"])
        opened.remove()
        self.assertEqual(bucket.objects, {})

    def test_the_second_version_adds_a_sum_and_changes_nothing_else(self) -> None:
        first = repository.files()
        second = connector.second_version(first)
        self.assertEqual([path for path in first if second[path] != first[path]], ["orders/flow.asl.json"])
        self.assertIn("$sum", second["orders/flow.asl.json"].decode())


class Bucket:
    """As much of S3 as a repository uses."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}

    def put_object(self, Bucket: str, Key: str, Body: bytes) -> None:
        self.objects[Key] = Body

    def delete_object(self, Bucket: str, Key: str) -> None:
        del self.objects[Key]


class Waiting(unittest.TestCase):
    def test_it_is_looked_again_until_it_is_over(self) -> None:
        seen = iter([{"n": 1}, {"n": 2}, {"n": 3}])
        self.assertEqual(watching.until(lambda: next(seen), lambda now: now["n"] == 2, "it is two"), {"n": 2})

    def test_what_is_never_over_stops_the_demo_and_is_named(self) -> None:
        with (
            patch.object(watching, "PATIENCE_SECONDS", 0),
            self.assertRaisesRegex(client.DemoError, "the moon is full: .*waning"),
        ):
            watching.until(lambda: {"moon": "waning"}, lambda _: False, "the moon is full")


if __name__ == "__main__":
    unittest.main()
