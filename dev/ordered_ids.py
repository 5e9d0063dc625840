"""Identifiers that grow: what is made later sorts later, in every run alike.

Keystone's own are random, and so is the order in which it lists things.
"""

import itertools
import uuid
from collections.abc import Callable


def growing(first: int) -> Callable[[], uuid.UUID]:
    """What makes such identifiers from this number on."""
    numbers = itertools.count(first)

    def uuid4() -> uuid.UUID:
        number = next(numbers)
        # The letter and the digest make it look like any other: not like a number, to YAML.
        return uuid.UUID(f"a{number:017x}{uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex[:14]}")

    return uuid4
