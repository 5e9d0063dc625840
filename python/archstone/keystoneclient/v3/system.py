"""The system."""

from __future__ import annotations

from archstone.keystoneclient.base import Resource


class System(Resource):
    """The deployment as a whole: `all` is true."""
