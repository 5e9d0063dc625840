"""SAML 2.0 for `dev/lab`: SimpleSAMLphp as identity provider, and two Keystones behind Apache.

`south` is a service provider twice: mod_auth_mellon serves the protocol `saml2`, and Shibboleth the protocol
`mapped`. `home` is an identity provider itself, for logins from Keystone to Keystone.
Active Directory Federation Services is a stub: see `dev/lab_adfs.py`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from apache import APACHE, MODULES, Keystone

import lab_adfs as adfs
from server import DEV, Failure, free_port, run_logged

PHP = "/usr/bin/php"
SIMPLESAMLPHP = "/usr/share/simplesamlphp/www"
SHIBD = "/usr/sbin/shibd"
OPENSSL = "/usr/bin/openssl"
NEEDED = (APACHE, OPENSSL, PHP, SIMPLESAMLPHP, SHIBD, "/usr/bin/xmlsec1")
NEEDED += tuple(f"{MODULES}/mod_{name}.so" for name in ("wsgi", "auth_mellon", "shib"))
PACKAGES = (
    "apache2 libapache2-mod-wsgi-py3 openssl libapache2-mod-auth-mellon libapache2-mod-shib"
    " shibboleth-sp-utils simplesamlphp php-cli php-xml php-mbstring php-curl php-sqlite3 php-gmp php-intl"
    " xmlsec1 chromium"
)
PROCESSES = (
    ("apache.pid", APACHE),
    ("home/apache.pid", APACHE),
    ("shibd.pid", SHIBD),
    ("provider.pid", PHP),
    ("adfs.pid", "lab_adfs.py"),
)
WITH_KEYSTONE = True
WHAT = "SimpleSAMLphp, Shibboleth, and two Keystones behind Apache"

# The identity provider's users: one who may log in, and one whom the mapping does not accept.
USER = {"username": "dave", "password": "dave at provider"}
OTHER = {"username": "erin", "password": "erin at provider"}
BINDINGS = "urn:oasis:names:tc:SAML:2.0:bindings"

PHP_CONFIG = """\
<?php
$config = [
 'baseurlpath' => '{url}/', 'certdir' => '{folder}/', 'loggingdir' => '{folder}/', 'datadir' => '{folder}/',
 'tempdir' => '{folder}/', 'metadatadir' => '{folder}/', 'secretsalt' => 'archstone', 'timezone' => 'UTC',
 'auth.adminpassword' => 'archstone', 'logging.level' => 5, 'logging.handler' => 'file',
 'logging.logfile' => 'log',
 'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true],
 'session.cookie.secure' => false, 'session.cookie.samesite' => null,
 'session.phpsession.savepath' => '{folder}',
 'store.type' => 'phpsession', 'metadata.sources' => [['type' => 'flatfile']], 'trusted.url.domains' => null,
 'language.default' => 'en', 'theme.use' => 'default', 'session.duration' => 28800,
];
"""

PHP_USERS = """\
<?php
$config = ['admin' => ['core:AdminPassword'], 'users' => ['exampleauth:UserPass',
 '{username}:{password}' => ['uid' => ['{username}'], 'groups' => ['staff']],
 '{other[username]}:{other[password]}' => ['uid' => ['{other[username]}'], 'groups' => ['guests']]]];
"""

PHP_PROVIDER = """\
<?php
$metadata['__DYNAMIC:1__'] = ['host' => '__DEFAULT__',
 'privatekey' => 'provider.key', 'certificate' => 'provider.crt',
 'auth' => 'users', 'saml20.ecp' => true, 'saml20.sign.response' => true,
 'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
 'attributes.NameFormat' => 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic',
 'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'];
"""

PHP_SERVICE = """\
$metadata['{id}'] = ['entityid' => '{id}', 'certData' => '{certificate}',
 'NameIDFormat' => 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient', 'AssertionConsumerService' => [
 ['index' => 0, 'isDefault' => true, 'Binding' => '{bindings}:HTTP-POST', 'Location' => '{post}'],
 ['index' => 1, 'Binding' => '{bindings}:PAOS', 'Location' => '{paos}']]];
"""

SERVICE = """\
<EntityDescriptor entityID="{id}" xmlns="urn:oasis:names:tc:SAML:2.0:metadata">
 <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
  <KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
   <X509Certificate>{certificate}</X509Certificate>
  </X509Data></KeyInfo></KeyDescriptor>
  <AssertionConsumerService index="0" isDefault="true" Binding="{bindings}:HTTP-POST" Location="{post}"/>
  <AssertionConsumerService index="1" Binding="{bindings}:PAOS" Location="{paos}"/>
 </SPSSODescriptor>
</EntityDescriptor>
"""

SOUTH = """\
 <Location /v3>
  MellonEnable info
  MellonSPPrivateKeyFile {folder}/mellon.key
  MellonSPCertFile {folder}/mellon.crt
  MellonSPMetadataFile {folder}/mellon.xml
  MellonIdPMetadataFile {folder}/provider.xml
  MellonIdPMetadataFile {folder}/home.xml
  MellonEndpointPath /v3/mellon
  MellonIdP IDP
  MellonMergeEnvVars On
  MellonSecureCookie On
 </Location>
 <LocationMatch "^/v3/(OS-FEDERATION/identity_providers/(sso|home)/protocols/saml2/auth\
|auth/OS-FEDERATION/(identity_providers/sso/protocols/saml2/websso|websso/saml2))$">
  AuthType Mellon
  MellonEnable auth
  Require valid-user
 </LocationMatch>
 # Of several providers, mellon sends a browser to whichever comes first in its table.
 <LocationMatch "^/v3/auth/OS-FEDERATION/">
  MellonIdPMetadataFile {folder}/provider.xml
 </LocationMatch>
 <Location /Shibboleth.sso>
  SetHandler shib
 </Location>
 <LocationMatch "^/v3/(OS-FEDERATION/identity_providers/(sso|home)/protocols/mapped/auth\
|auth/OS-FEDERATION/identity_providers/sso/protocols/mapped/websso)$">
  MellonEnable off
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  ShibRequestSetting exportAssertion 0
  Require shib-session
 </LocationMatch>
"""

SHIBBOLETH = """\
<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config" clockSkew="180">
 <OutOfProcess logger="{folder}/shibd.logger"/>
 <InProcess logger="{folder}/native.logger"/>
 <UnixListener address="{folder}/shibd.sock"/>
 <StorageService type="Memory" id="mem" cleanupInterval="900"/>
 <SessionCache type="StorageService" StorageService="mem" cacheAssertions="false"/>
 <ReplayCache StorageService="mem"/>
 <ArtifactMap artifactTTL="180"/>
 <RequestMapper type="Native"><RequestMap applicationId="default"/></RequestMapper>
 <ApplicationDefaults entityID="{id}" REMOTE_USER="uid openstack_user">
  <Sessions lifetime="28800" timeout="3600" relayState="ss:mem" checkAddress="false" handlerSSL="true"
    cookieProps="https">
   <SSO entityID="{provider}" ECP="true">SAML2</SSO>
  </Sessions>
  <MetadataProvider type="XML" validate="false" path="{folder}/provider.xml"/>
  <MetadataProvider type="XML" validate="false" path="{folder}/home.xml"/>
  <AttributeExtractor type="XML" validate="false" path="{folder}/attributes.xml"/>
  <CredentialResolver type="File" key="{folder}/shib.key" certificate="{folder}/shib.crt"/>
 </ApplicationDefaults>
 <SecurityPolicyProvider type="XML" validate="false" path="/etc/shibboleth/security-policy.xml"/>
 <ProtocolProvider type="XML" validate="false" reloadChanges="false" path="/etc/shibboleth/protocols.xml"/>
</SPConfig>
"""

# The attributes that South reads from an assertion, with Shibboleth's names for them.
ATTRIBUTES = ("uid", "groups")
OF_KEYSTONE = ("openstack_user", "openstack_roles", "openstack_project")

SOUTH_CONF = """\
[saml2]
remote_id_attribute = MELLON_IDP
[mapped]
remote_id_attribute = Shib-Identity-Provider
"""

# Wraps South's application.
SOUTH_WSGI = """\
sys.path.insert(0, {dev!r})
from lab_adfs import ServiceProvider
application = ServiceProvider(application, {certificate!r}, {audience!r}, "/Stub.sso/ADFS",
    "/v3/OS-FEDERATION/identity_providers/adfs/protocols/mapped/auth")
"""

HOME_CONF = """\
[saml]
certfile = {folder}/home.crt
keyfile = {folder}/home.key
idp_entity_id = {url}/OS-FEDERATION/saml2/idp
idp_sso_endpoint = {url}/OS-FEDERATION/saml2/sso
idp_metadata_path = {folder}/home.xml
# What mellon takes for the page to go to; Shibboleth does, too.
relay_state_prefix = {south}/v3?state=
"""


def make_key(folder: Path, name: str) -> str:
    """Create a signing key and a self-signed certificate; return the certificate without its PEM header."""
    files = ["-keyout", str(folder / f"{name}.key"), "-out", str(folder / f"{name}.crt")]
    command = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "365", *files]
    run_logged([*command, "-subj", f"/CN={name}"], folder / "openssl.log", "openssl failed")
    lines = (folder / f"{name}.crt").read_text(encoding="ascii").splitlines()
    return "".join(line for line in lines if not line.startswith("-----"))


def start_logged(folder: Path, name: str, command: list[str], variables: dict[str, str]) -> None:
    """Start a server in its own process group, with its output in a log."""
    with (folder / f"{name}.log").open("wb") as out:
        server = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True, env=variables
        )
    (folder / f"{name}.pid").write_text(str(server.pid), encoding="ascii")


def start_provider(lab: Any, url: str, services: list[dict[str, str]]) -> None:
    """Start SimpleSAMLphp in PHP's built-in web server, with the metadata of the service providers."""
    folder = lab.FOLDER / "provider"
    folder.mkdir()
    make_key(folder, "provider")
    files = {
        "config.php": PHP_CONFIG.format(url=url, folder=folder),
        "authsources.php": PHP_USERS.format(**USER, other=OTHER),
        "saml20-idp-hosted.php": PHP_PROVIDER,
        "saml20-sp-remote.php": "<?php\n"
        + "".join(PHP_SERVICE.format(bindings=BINDINGS, **service) for service in services),
    }
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    # The folder is in its command line, by which `down` recognizes it.
    command = [
        PHP,
        "-d",
        f"session.save_path={folder}",
        "-S",
        url.removeprefix("http://"),
        "-t",
        SIMPLESAMLPHP,
    ]
    variables = {"SIMPLESAMLPHP_CONFIG_DIR": str(folder), "PATH": "/usr/bin:/bin"}
    start_logged(lab.FOLDER, "provider", command, variables)
    metadata = lab.Api(url)
    metadata.wait("/saml2/idp/metadata.php")
    with metadata.opener.open(f"{url}/saml2/idp/metadata.php", timeout=30) as answer:
        (lab.FOLDER / "provider.xml").write_bytes(answer.read())


def start_shibd(folder: Path, identifier: str, provider: str) -> None:
    """Start Shibboleth's daemon."""
    text = SHIBBOLETH.format(folder=folder, id=identifier, provider=provider)
    (folder / "shibboleth2.xml").write_text(text, encoding="utf-8")
    basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    names = [f'<Attribute name="{it}" nameFormat="{basic}" id="{it}"/>' for it in ATTRIBUTES]
    names += [f'<Attribute name="{it}" id="{it}"/>' for it in OF_KEYSTONE]
    attributes = f'<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map">{"".join(names)}</Attributes>'
    (folder / "attributes.xml").write_text(attributes, encoding="utf-8")
    for name in ("shibd", "native"):
        text = Path(f"/etc/shibboleth/{name}.logger").read_text(encoding="utf-8")
        for place in ("/var/log/shibboleth-www", "/var/log/shibboleth", "/var/log/apache2"):
            text = text.replace(place, str(folder))
        (folder / f"{name}.logger").write_text(text, encoding="utf-8")
    command = [
        SHIBD,
        "-F",
        "-f",
        "-c",
        str(folder / "shibboleth2.xml"),
        "-p",
        str(folder / "shibd-own.pid"),
    ]
    start_logged(folder, "shibd", command, {"PATH": "/usr/sbin:/usr/bin:/bin"})
    deadline = time.monotonic() + 60
    while not (folder / "shibd.sock").exists():
        if time.monotonic() > deadline:
            raise Failure(f"Shibboleth does not start: see {folder / 'shibd.log'}")
        time.sleep(0.1)


def service(folder: Path, name: str, identifier: str, post: str, paos: str) -> dict[str, str]:
    """Create the key and the metadata of a service provider."""
    made = {"id": identifier, "post": post, "paos": paos, "certificate": make_key(folder, name)}
    (folder / f"{name}.xml").write_text(SERVICE.format(bindings=BINDINGS, **made), encoding="utf-8")
    return made


def make_group(api: Any) -> str:
    """Create the group of federated users, with a role in two projects; return its ID."""
    group = api.send("POST", "/groups", {"group": {"name": "sso", "domain_id": "default"}})["group"]["id"]
    roles = {role["name"]: role["id"] for role in api.send("GET", "/roles")["roles"]}
    for project in api.send("GET", "/projects?domain_id=default")["projects"]:
        if project["name"] in ("web", "db"):
            api.send("PUT", f"/projects/{project['id']}/groups/{group}/roles/{roles['member']}")
    return str(group)


def trust(api: Any, name: str, remote_id: str, group: str, rules: dict[str, list[dict[str, Any]]]) -> None:
    """Trust an identity provider. The attributes of each protocol's mapping begin with the user's name.

    A user cannot have the same name with several protocols, so it ends with the protocol's name.
    """
    provider = f"/OS-FEDERATION/identity_providers/{name}"
    api.send("PUT", provider, {"identity_provider": {"enabled": True, "remote_ids": [remote_id]}})
    for protocol, remote in rules.items():
        mapping, first = f"{name}-{protocol}", next(iter(rules))
        user = "{0}" if protocol == first else f"{{0}}-{protocol}"
        local = [{"user": {"name": user}, "group": {"id": group}}]
        rule = {"mapping": {"rules": [{"local": local, "remote": remote}]}}
        api.send("PUT", f"/OS-FEDERATION/mappings/{mapping}", rule)
        api.send("PUT", f"{provider}/protocols/{protocol}", {"protocol": {"mapping_id": mapping}})


def set_up(home: Any, south: Any, provider_id: str) -> None:
    """Let South trust the identity providers, and register South in Home."""
    group = make_group(south)
    staff = {"any_one_of": ["staff"]}
    roles = {"any_one_of": ["member", "admin"]}

    def rules(user: str, attribute: str, wanted: dict[str, list[str]]) -> dict[str, list[dict[str, Any]]]:
        return {
            protocol: [{"type": prefix + user}, {"type": prefix + attribute, **wanted}]
            for protocol, prefix in (("saml2", "MELLON_"), ("mapped", ""))
        }

    home_id = f"{home.url}/OS-FEDERATION/saml2/idp"
    trust(south, "sso", provider_id, group, rules("uid", "groups", staff))
    trust(south, "home", home_id, group, rules("openstack_user", "openstack_roles", roles))
    trust(south, "adfs", adfs.ISSUER, group, {"mapped": [{"type": "uid"}, {"type": "groups", **staff}]})
    for name, protocol, takes in (
        ("south", "saml2", f"{south.url}/mellon/paosResponse"),
        ("south-shib", "mapped", f"{south.url.removesuffix('/v3')}/Shibboleth.sso/SAML2/ECP"),
    ):
        auth_url = f"{south.url}/OS-FEDERATION/identity_providers/home/protocols/{protocol}/auth"
        body = {"service_provider": {"enabled": True, "auth_url": auth_url, "sp_url": takes}}
        home.send("PUT", f"/OS-FEDERATION/service_providers/{name}", body)


def start_home(lab: Any, port: int, south: str) -> Any:
    """Start the Keystone that is an identity provider; return an administrator's access to its API."""
    folder, url = lab.FOLDER / "home", f"https://localhost:{port}/v3"
    folder.mkdir()
    make_key(folder, "home")
    for name in ("ca.pem", "server.pem", "server.key"):
        shutil.copy(lab.FOLDER / name, folder / name)
    home = Keystone(lab, folder, url)
    home.write("password,token,application_credential", HOME_CONF.format(folder=folder, url=url, south=south))
    manage = str(lab.keystone().ENVIRONMENT.folder / "bin" / "keystone-manage")
    command = [manage, "--config-file", str(folder / "keystone.conf"), "saml_idp_metadata"]
    metadata = subprocess.run(command, capture_output=True, text=True, check=False)
    if metadata.returncode:
        raise Failure(f"keystone-manage saml_idp_metadata failed: {metadata.stderr[-500:]}")
    for place in (folder, lab.FOLDER):
        (place / "home.xml").write_text(metadata.stdout, encoding="utf-8")
    return home.start([], {port: ""})


def start(lab: Any) -> dict[str, Any]:
    """Start everything, and return the addresses and the credentials."""
    folder = lab.FOLDER
    ports = [free_port() for _ in range(4)]
    provider, root = f"http://localhost:{ports[0]}", f"https://localhost:{ports[2]}"
    sso, mellon = f"{root}/Shibboleth.sso/SAML2", f"{root}/v3/mellon"
    services = [
        service(folder, "mellon", "urn:archstone:mellon", f"{mellon}/postResponse", f"{mellon}/paosResponse"),
        service(folder, "shib", "urn:archstone:shib", f"{sso}/POST", f"{sso}/ECP"),
    ]
    start_provider(lab, provider, services)
    provider_id = f"{provider}/saml2/idp/metadata.php"
    south = Keystone(lab, folder, f"{root}/v3")
    south.write("password,token,application_credential,saml2,mapped", SOUTH_CONF + south.websso())
    audience = "urn:archstone:stub?a=1&b=2"
    make_key(folder, "adfs")
    stub = SOUTH_WSGI.format(dev=str(DEV), certificate=str(folder / "adfs.crt"), audience=audience)
    with (folder / "keystone.wsgi").open("a", encoding="utf-8") as file:
        file.write(stub)
    command = [sys.executable, str(DEV / "lab_adfs.py"), str(ports[3]), str(folder), audience]
    start_logged(folder, "adfs", command, {"PATH": "/usr/bin:/bin"})
    home = start_home(lab, ports[1], root)
    start_shibd(folder, "urn:archstone:shib", provider_id)
    # Without the last line, Shibboleth's module handles `valid-user` for other modules, too.
    more = f"LoadModule mod_shib {MODULES}/mod_shib.so\nShibConfig {folder}/shibboleth2.xml\n"
    more += f"MellonLockFile {folder}/mellon.lock\nShibCompatValidUser On"
    api = south.start(["auth_mellon"], {ports[2]: SOUTH.format(folder=folder)}, more=more)
    set_up(home, api, provider_id)
    return {
        "auth_url": south.url,
        "home_auth_url": home.url,
        "cacert": str(folder / "ca.pem"),
        "identity_provider": "sso",
        "identity_provider_url": f"{provider}/saml2/idp/SSOService.php",
        **USER,
        "other_username": OTHER["username"],
        "other_password": OTHER["password"],
        "adfs": {
            "identity_provider": "adfs",
            "protocol": "mapped",
            "identity_provider_url": f"http://localhost:{ports[3]}{adfs.PATH}",
            "service_provider_endpoint": f"{root}/Stub.sso/ADFS",
            "service_provider_entity_id": audience,
            "username": adfs.USER[0],
            "password": adfs.USER[1],
        },
    }
