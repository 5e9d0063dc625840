"""Ascending identifiers: resources sort by creation, which is the same in every run.

Keystone's own are random, and so is the order of its lists.
"""

import itertools
import uuid
from collections.abc import Callable


def growing(first: int) -> Callable[[], uuid.UUID]:
    """A generator of such identifiers, starting at this number."""
    numbers = itertools.count(first)

    def uuid4() -> uuid.UUID:
        number = next(numbers)
        # The letter and the digest make it look like any other ID, and not like a number in YAML.
        return uuid.UUID(f"a{number:017x}{uuid.uuid5(uuid.NAMESPACE_OID, str(number)).hex[:14]}")

    return uuid4
