"""Log in with a wrong password, and see what an error says. Credentials come from the environment."""

from archstone import AuthenticationError, Client, Error, UnavailableError

client = Client.from_env(password="not the password")  # noqa: S106
try:
    print(client.url_for("compute"))
except AuthenticationError as error:
    print(f"refused ({error.kind}): {error}")
    print(f"what to do: {error.hint}")
    print(f"what an operator will ask for: {error.request_id}")
except UnavailableError as error:
    print(f"try again in {error.retry_after or 30:.0f} seconds: {error}")
except Error as error:
    print(f"something else ({error.kind}): {error}")
