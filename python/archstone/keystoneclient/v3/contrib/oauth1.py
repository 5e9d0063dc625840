"""OAuth 1.0a."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archstone._hidden import Hidden
from archstone.keystoneclient.base import CrudManager, Manager, Resource, fields, getid, more

if TYPE_CHECKING:
    import builtins
    from collections.abc import Callable, Iterable, Mapping

    from archstone.keystoneclient._login import Login
    from archstone.keystoneclient.base import Reference


class Consumer(Resource):
    """A consumer: a program that may request a user's consent."""


class ConsumerManager(CrudManager[Consumer]):
    """Creates, finds, changes and deletes consumers."""

    resource_class = Consumer
    _name = "oauth1.consumers"

    def create(self, description: str | None = None, **kwargs: Any) -> Consumer:
        """Create a consumer."""
        return self._make("create", description=description, **fields(kwargs))

    def get(self, consumer: Reference) -> Consumer:
        """Get a consumer."""
        return self._get("get", consumer=consumer)

    def list(self, fallback_to_auth: bool = False, **kwargs: Any) -> builtins.list[Consumer]:
        """List consumers."""
        return self._list("list", **more(kwargs))

    def update(self, consumer: Reference, description: str | None = None, **kwargs: Any) -> Consumer:
        """Change a consumer."""
        return self._make("update", consumer=consumer, description=description, **fields(kwargs))

    def delete(self, consumer: Reference) -> None:
        """Delete a consumer."""
        return self._do("delete", consumer=consumer)


class RequestToken(Resource):
    """A request for a user's consent, or the consent that the user has given: `oauth_verifier`."""

    manager: RequestTokenManager

    def authorize(self, roles: Iterable[Reference]) -> RequestToken:
        """Consent, as the user, to these roles."""
        return self.manager.authorize(self, roles)


class RequestTokenManager(Manager[RequestToken]):
    """Requests consent, and gives it."""

    resource_class = RequestToken
    _name = "oauth1.request_tokens"

    def authorize(self, request_token: Reference, roles: Iterable[Reference]) -> RequestToken:
        """Consent, as the user, to these roles."""
        named = [{"id": getid(role)} for role in roles]
        return self._get("authorize", request_token=request_token, roles=named)

    def create(self, consumer_key: str, consumer_secret: str, project: Reference) -> RequestToken:
        """Request consent, as a consumer, for a project."""
        given = Hidden({"consumer_key": consumer_key, "consumer_secret": consumer_secret, "project": project})
        del consumer_secret
        made: RequestToken = self._ask("create", given, _token_of(self))
        return made


class AccessToken(Resource):
    """An access token: rights that a user has delegated to a consumer."""


class AccessTokenManager(Manager[AccessToken]):
    """Gets access tokens, as a consumer."""

    resource_class = AccessToken
    _name = "oauth1.access_tokens"

    def create(
        self, consumer_key: str, consumer_secret: str, request_key: str, request_secret: str, verifier: str
    ) -> AccessToken:
        """Get an access token for a request that was authorized."""
        given = Hidden(
            {
                "consumer_key": consumer_key,
                "consumer_secret": consumer_secret,
                "request_key": request_key,
                "request_secret": request_secret,
                "verifier": verifier,
            }
        )
        del consumer_secret, request_secret, verifier
        made: AccessToken = self._ask("create", given, _token_of(self))
        return made


def _token_of(manager: Manager[Any]) -> Callable[[Mapping[str, str]], Any]:
    def token(form: Mapping[str, str]) -> Any:
        said = Hidden(form)
        del form
        key, expires = said()["oauth_token"], said().get("oauth_expires_at")
        further = {} if expires is None else {"expires": expires}
        info = Hidden({"key": key, "id": key, "secret": said()["oauth_token_secret"], **further})
        return manager.resource_class(manager, info(), loaded=True)

    return token


class OAuthManager:
    """The managers of OAuth 1.0a."""

    def __init__(self, api: Login) -> None:
        """Create the managers for a login."""
        self.access_tokens = AccessTokenManager(api)
        self.consumers = ConsumerManager(api)
        self.request_tokens = RequestTokenManager(api)
