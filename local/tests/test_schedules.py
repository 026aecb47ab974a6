"""Schedules of the emulator, where they are mended."""

from __future__ import annotations

import unittest

from ministack.services import eventbridge
from slipway_local.emulator.patches import _with_wrapping_ranges

MONTHS = {"JAN": 1, "FEB": 2, "NOV": 11, "DEC": 12}


class Ranges(unittest.TestCase):
    def test_a_range_goes_over_the_end_of_its_field(self) -> None:
        expand = _with_wrapping_ranges(eventbridge._cron_field)
        for field, low, high, names, expected in (
            ("NOV-FEB", 1, 12, MONTHS, {11, 12, 1, 2}),
            ("20-2", 0, 23, None, {20, 21, 22, 23, 0, 1, 2}),
            ("20-2/3", 0, 23, None, {20, 23, 2}),
            ("1-5,22-1", 0, 23, None, {1, 2, 3, 4, 5, 22, 23, 0}),
            ("0-10/5", 0, 59, None, {0, 5, 10}),
            ("*", 1, 3, None, {1, 2, 3}),
            ("*/2", 0, 5, None, {0, 2, 4}),
        ):
            with self.subTest(field):
                self.assertEqual(expand(field, low, high, names), expected)


if __name__ == "__main__":
    unittest.main()
