"""What the steps of the story share."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from .client import Client, Json
from .shop import Shop


@dataclass
class Scene:
    """What the steps hand on to one another."""

    client: Client
    shop: Shop
    suffix: str
    """Makes every key of this telling its own, so that the demo can be told again."""
    definition: Json
    environments: dict[str, Json] = field(default_factory=dict)
    flow: Json = field(default_factory=dict)
    deployments: dict[str, Json] = field(default_factory=dict)
    """The deployment that is spoken about, by a name of the story's."""
    runs: dict[str, Json] = field(default_factory=dict)
    """What each run put out, by a name of the story's."""

    def new_key(self, called: str) -> str:
        """A key that the shop takes from now on."""
        key = secrets.token_urlsafe(24)
        self.shop.keys[key] = called
        return key
