"""Reading and changing the configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import archstone
from archstone import Client, config
from archstone.testing import FakeKeystone, Reply

if TYPE_CHECKING:
    from pathlib import Path

    from keystone_for_tests import TaggedKeystone

CLOUDS = """\
clouds:
  demo:
    auth:
      auth_url: http://keystone:5000/v3
      username: alice  # it is me
      password: secret-of-alice
    regions: [north, south]
    verifi: no
"""


@pytest.fixture
def clouds_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "clouds.yaml"
    path.write_text(CLOUDS)
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(path))
    return path


def test_options_are_explained_with_their_origin_and_without_secrets(clouds_yaml: Path) -> None:
    settings = {it.name: it for it in config.explain(cloud="demo", username="bob")}

    assert (settings["username"].value, settings["username"].origin) == ("bob", "`username`")
    assert settings["password"].value == "***"
    assert str(clouds_yaml) in settings["auth_url"].origin
    assert "secret-of-alice" not in repr(settings)


def test_clouds_files_and_findings_are_listed(clouds_yaml: Path) -> None:
    [cloud] = config.clouds()
    findings = config.check()

    assert (cloud.name, cloud.regions, cloud.profile) == ("demo", ("north", "south"), None)
    assert config.paths()["clouds"] == clouds_yaml
    assert [it.hint for it in findings if "verifi" in it.message] == ["did you mean `verify`?"]
    assert not any(it.is_error for it in findings)


def test_a_file_is_changed_and_its_comments_stay(clouds_yaml: Path) -> None:
    file = config.ConfigFile()
    file.set("demo", "timeout", 30)
    file.set("demo", "password_command", ["printf", "a, b"])
    assert file.unset("demo", "password")
    assert not file.unset("demo", "trust_id")
    assert file.rename("demo", "work")
    assert file.copy("work", "other")
    assert not file.copy("nope", "another")
    assert "other:" in file.diff()
    assert file.remove("other")
    assert clouds_yaml.read_text() == CLOUDS
    file.save()

    text = clouds_yaml.read_text()
    assert file.clouds == ["work"]
    assert "username: alice  # it is me\n" in text
    assert config.to_environment(cloud="work", region_name="south")["OS_PASSWORD"] == "a, b"
    with pytest.raises(archstone.InvalidConfigError, match="usrname"):
        file.set("work", "usrname", "x")


def test_a_password_comes_from_a_file_or_a_command(keystone: TaggedKeystone, tmp_path: Path) -> None:
    options = keystone.user()
    secret = tmp_path / "secret"
    secret.write_text(f"{options.pop('password')}\n")

    assert Client(**options, password_file=secret).token
    assert Client(**options, password_command=["cat", str(secret)]).token
    with pytest.raises(archstone.InvalidConfigError, match="no-such-command"):
        Client(**options, password_command="no-such-command")


def test_an_openrc_file_is_read_and_not_run() -> None:
    openrc = config.read_openrc(
        "export OS_USERNAME=alice\nread -s P\nexport OS_PASSWORD=$P\nexport OS_PASSWORD_2=x\nexport OS_COMPUTE_API_VERSION=2.79\n"
    )

    assert openrc.options == {"username": "alice", "compute_api_version": "2.79"}
    assert (openrc.open, openrc.unknown) == (["OS_PASSWORD"], ["OS_PASSWORD_2"])
    assert "alice" not in repr(openrc)
    assert config.read_openrc("\neval 'export OS_USERNAME=alice'\n").unread == [(2, ["OS_USERNAME"])]


def test_a_file_of_the_working_folder_runs_commands_once_it_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    file = work / "clouds.yaml"
    file.write_text(
        "clouds: {demo: {auth: {auth_url: 'http://k/v3', username: alice, password_command: [echo, secret]}}}"
    )

    with pytest.raises(archstone.InvalidConfigError, match="password_command"):
        Client(cloud="demo")
    config.trust(file)
    Client(cloud="demo")
    file.write_text(file.read_text() + "\n# changed\n")
    with pytest.raises(archstone.InvalidConfigError, match="password_command"):
        Client(cloud="demo")
    config.trust(file)
    assert (config.distrust(file), config.distrust(file)) == (True, False)


def test_a_value_that_a_client_would_refuse_is_not_set(tmp_path: Path) -> None:
    file = config.ConfigFile(tmp_path / "clouds.yaml")
    for option, value in [("auth_url", "keystone"), ("verify", "maybe"), ("auth_type", "v3passwrod")]:
        with pytest.raises(archstone.InvalidConfigError, match=option):
            file.set("demo", option, value)


def test_the_option_that_was_meant_is_suggested() -> None:
    with pytest.raises(TypeError, match="did you mean `username`"):
        Client(user="alice")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]


def test_a_token_with_an_endpoint_serves_every_service() -> None:
    with FakeKeystone() as nova:
        nova.on("GET", "/v3/servers").reply(Reply(json={"servers": []}))
        client = Client(auth_type="token_endpoint", token="t", mgmt_url=nova.auth_url)
        assert client.service("compute").get("servers").json() == {"servers": []}
        assert client.url_for("image") == nova.auth_url
    with pytest.raises(archstone.NotConfiguredError, match="token_endpoint"):
        Client(auth_type="token_endpoint", token="t")


def test_a_vendors_profile_is_fetched_and_kept(
    keystone: TaggedKeystone, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    options = keystone.user()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    with FakeKeystone() as vendor:
        address = vendor.auth_url.removesuffix("/v3")
        profile = {"auth": {"auth_url": options["auth_url"]}, "region_name": "north"}
        vendor.on("GET", "/.well-known/openstack/api").reply(Reply(json={"profile": profile}))
        fetched = config.fetch_profile(address)
        public = config.ConfigFile(family="clouds-public")
        public.set_profile(fetched)
        public.save()
        clouds = config.ConfigFile()
        clouds.set("mine", "profile", address)
        clouds.save()

    del options["auth_url"]
    assert (fetched.host, public.path.name) == ("127.0.0.1", "clouds-public.yaml")
    assert Client(cloud="mine", **options).auth_ref.user_name == "alice"
    with pytest.raises(archstone.InvalidConfigError, match="is not a URL"):
        config.fetch_profile("vexxhost")
    with pytest.raises(ValueError, match="`clouds-public`"):
        config.ConfigFile(family="cloud")  # type: ignore[arg-type]


def test_a_place_in_the_keyring_is_told_by_two_words() -> None:
    place = config.KeyringPlace("openstack/alice")

    assert (place.service, place.account) == ("openstack", "alice")
    assert config.KeyringPlace("demo") == config.KeyringPlace("archstone/demo")
    with pytest.raises(archstone.InvalidConfigError, match="not a place in a keyring"):
        config.KeyringPlace("openstack/")


def test_a_diagnosis_has_a_check_for_each_step() -> None:
    with FakeKeystone() as keystone:
        options: dict[str, Any] = keystone.options("demo") | {"endpoint_timeout": 2}
        checks = config.diagnose(**options)
        by_step = {check.step: check for check in checks}
        assert by_step["login"].verdict == by_step["discovery"].verdict == "ok"
        assert by_step["login"].took is not None
        assert list(by_step)[:4] == ["configuration", "token cache", "proxy", "dns"]

        wrong = config.diagnose(**options | {"password": "canary-password"})
        refused = next(check for check in wrong if check.verdict == "failed")
        assert (refused.step, refused.kind) == ("login", "unauthenticated")
        assert "`password=`" not in refused.evidence
        assert "canary" not in repr([(check, check.evidence, check.remedy) for check in wrong])
        assert wrong[-1].verdict == "skipped"
        requests = len(keystone.requests)
        offline = config.diagnose(offline=True, **options)
        assert {check.verdict for check in offline} == {"ok", "skipped"}
        assert len(keystone.requests) == requests
    with pytest.raises(ValueError, match="endpoint_timeout"):
        config.diagnose(**options | {"endpoint_timeout": 0})
