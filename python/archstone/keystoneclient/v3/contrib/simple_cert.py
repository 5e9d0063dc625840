"""Certificates for tokens, which Keystone no longer has."""

from __future__ import annotations

from typing import NoReturn

import archstone
from archstone.keystoneclient import exceptions
from archstone.keystoneclient._errors import both
from archstone.keystoneclient.base import Manager, Resource


class SimpleCertManager(Manager[Resource]):
    """Reports that there are no such certificates: tokens have not been signed since Keystone 12."""

    def get_ca_certificates(self) -> NoReturn:
        """Refuse, as Keystone does."""
        raise _gone()

    def get_certificates(self) -> NoReturn:
        """Refuse, as Keystone does."""
        raise _gone()


def _gone() -> exceptions.ClientException:
    said = "Keystone has no certificates for signed tokens any more: validate tokens with `tokens.validate`"
    return both(exceptions.Gone, archstone.NotFoundError)(said)
