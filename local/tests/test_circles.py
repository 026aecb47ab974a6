"""No modules of `local/` import each other in a circle."""

from __future__ import annotations

import ast
import unittest
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

LOCAL = Path(__file__).resolve().parents[1]


def modules(root: Path) -> dict[str, Path]:
    """Every module below `root` by its dotted name; a package is the module in its `__init__.py`."""
    files = (file.relative_to(root) for file in root.rglob("*.py"))
    return {".".join(file.with_suffix("").parts).removesuffix(".__init__"): root / file for file in files}


def imported(name: str, source: str, is_package: bool, known: set[str]) -> Iterator[str]:
    """The known modules that the module `name` imports anywhere in it. A package does not import what it consists of."""
    package = name if is_package else name.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[:len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found = [f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names]
        else:
            continue
        yield from (module for module in found if module in known and module != name)


def circle(sources: dict[str, str], packages: set[str]) -> list[str]:
    """Modules of which each imports the next, the first one at the end again; empty if there are none."""
    known = set(sources)
    graph = {
        name: set(imported(name, source, name in packages, known)) for name, source in sources.items()
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


class Circles(unittest.TestCase):
    """Imports among the modules of `local/`, and how they are found."""

    def test_no_modules_import_each_other_in_a_circle(self) -> None:
        found = modules(LOCAL)
        packages = {name for name, file in found.items() if file.name == "__init__.py"}
        sources = {name: file.read_text() for name, file in found.items() if file.parent != LOCAL}
        self.assertIn("slipway_local.emulator.patches", sources)
        self.assertEqual(circle(sources, packages), [], "move what both modules need into a module below them")

    def test_every_way_to_import_counts(self) -> None:
        for there, back in [
            ("import pack.b", "from pack import a"),
            ("from .b import B", "from . import a"),
            ("def f():\n    from pack.b import B", "import pack.a as other"),
        ]:
            found = circle({"pack": "", "pack.a": there, "pack.b": back}, {"pack"})
            self.assertEqual(sorted(set(found)), ["pack.a", "pack.b"], (there, back))

    def test_what_is_imported_from_a_package_is_the_module_of_that_name(self) -> None:
        sources = {"pack": "from .a import A", "pack.a": "from .b import B", "pack.b": "import json"}
        self.assertEqual(circle(sources, {"pack"}), [])


if __name__ == "__main__":
    unittest.main()
