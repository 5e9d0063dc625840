"""Adds a way to log in: the token is in a file that another program keeps fresh. Variables say who that program is."""

import tempfile
from pathlib import Path
from typing import Any

from archstone import AuthOption, Client, TokenProvider, TokenRequest, register_auth_method


class TokenFile(TokenProvider):
    """A file with a token in its first line."""

    options = (AuthOption("token_path", "a file with a token in its first line", required=True),)

    def __init__(self, token_path: str) -> None:
        """Take the option's value, as `clouds.yaml` has it."""
        self.path = Path(token_path)

    def name(self) -> str:
        """Return what errors call it."""
        return f"the file {self.path}"

    def identity(self) -> str:
        """Return what distinguishes its tokens from others."""
        return str(self.path)

    def token(self, request: TokenRequest) -> str:  # noqa: ARG002  it is for whatever it is for
        """Return the token; for another scope it is exchanged."""
        return self.path.read_text().splitlines()[0]


register_auth_method("shared_file", TokenFile, help="a file that another program keeps fresh")

# The other program, which logs in with a password.
other = Client(environment=True)

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "token")
    path.write_text(other.token)

    # In clouds.yaml: `auth_type: shared_file`, and below `auth:` `token_path: …`
    options: Any = {"auth_type": "shared_file", "token_path": str(path)}
    client = Client(auth_url=other.auth_ref.auth_url, **options)
    print(client.auth_ref.user_name, "in", client.auth_ref.project_name)

    # Without a name for it:
    client = Client(auth_url=other.auth_ref.auth_url, token_provider=TokenFile(str(path)))
    print(client.auth_ref.user_name, "in", client.auth_ref.project_name)
