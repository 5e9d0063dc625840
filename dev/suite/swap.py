"""Replaces the stock classes by Archstone's drop-ins. Must be called before the tests are imported."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
import time
import types

import bridge

# The timeout for servers that do not respond, if a mock simulates one, and otherwise.
SILENCE, PATIENCE = 0.1, 60.0

# Tests of stock code only, which must raise and catch its own exceptions.
STOCK = ["test_auth_saml2", "test_service_catalog"]


def sessions() -> None:
    """keystoneauth1's session and adapters are Archstone's, and the mocks respond over the wire."""
    import keystoneauth1.adapter
    import keystoneauth1.session
    from archstone.keystoneauth import Adapter, LegacyJsonAdapter, Session

    keystoneauth1.session.Session = Session
    keystoneauth1.adapter.Adapter = Adapter
    keystoneauth1.adapter.LegacyJsonAdapter = LegacyJsonAdapter
    _ignore_mockers()
    _report_pauses_and_arguments()


def _ignore_mockers() -> None:
    """Do not treat mockers of `requests_mock` as patches of `requests`: the bridge handles them."""
    from archstone.keystoneauth import _patches

    is_own = _patches._is_own

    def is_own_or_of_a_mocker(method, module):
        function = getattr(method, "__func__", method)
        return getattr(function, "__module__", None) == "requests_mock.mocker" or is_own(method, module)

    _patches._is_own = is_own_or_of_a_mocker


def _report_pauses_and_arguments() -> None:
    """Support tests that count calls of a mocked `time.sleep`, or check arguments that HTTP does not carry.

    Archstone's pauses are in Rust. If `time.sleep` is a mock they are short, and for every request that
    arrived more than once the mock is called with the pause that was requested.
    """
    import archstone
    from archstone.keystoneauth import _connection, _session, _transport

    real_sleep, real_retries = time.sleep, archstone.Retries
    real_exchange, real_of = _transport.Transport.exchange, _connection.Connection.of

    def retries(**options):
        made = real_retries(**options)
        if time.sleep is real_sleep:
            return made
        quick = real_retries(**options | {"pause": 0.001, "longest_pause": 0.001})
        asked[id(quick)] = quick, options["pause"]
        return quick

    asked = {}

    def exchange(self, *arguments, **options):
        _transport._LONGEST_SILENCE = SILENCE if bridge.is_silent() else PATIENCE
        bridge.ARGUMENTS["timeout"] = options["timeout"]
        before, hops = len(bridge.SEEN), 0
        try:
            response = real_exchange(self, *arguments, **options)
            hops = len(response.history)
            return response
        finally:
            _, pause = asked.pop(id(options["retries"]), (None, 0.0))
            if time.sleep is not real_sleep:
                for again in range(len(bridge.SEEN) - before - hops - 1):
                    time.sleep(min(pause * 2**again, 60.0))

    def of(session, said):
        connection = real_of(session, said)
        bridge.ARGUMENTS.update(verify=connection.verify, cert=connection.cert)
        return connection

    _transport.Transport.exchange = exchange
    _connection.Connection.of = of
    _session.archstone = types.SimpleNamespace(**vars(archstone) | {"Retries": retries})


def plugins() -> None:
    """v3 and generic Password, Token and ApplicationCredential are Archstone's Plugin."""
    import keystoneauth1.identity
    import keystoneauth1.identity.generic
    import keystoneauth1.identity.generic.password
    import keystoneauth1.identity.generic.token
    import keystoneauth1.identity.v3
    from archstone.keystoneauth import Plugin
    from archstone.options import Options

    known = set(Options.__annotations__)

    def shim(stock):
        signature = inspect.signature(stock.__init__)

        def __init__(self, *arguments, **options):
            bound = signature.bind(self, *arguments, **options)
            given = {name: value for name, value in bound.arguments.items() if name not in ("self", "kwargs")}
            given.update(bound.arguments.get("kwargs", {}))
            again = given.pop("reauthenticate", True)
            given.pop("include_catalog", None)
            given = {name: value for name, value in given.items() if value is not None}
            if given.get("unscoped") is False:
                del given["unscoped"]
            # Equal logins in a process share a token. A separate trust bundle keeps the tests apart.
            if not given.keys() & {"cacert", "verify", "insecure"}:
                given["cacert"] = bridge.bundle_of_this_test()
            if unknown := given.keys() - known:
                raise TypeError(f"Archstone has no option {unknown}")
            Plugin.__init__(self, reauthenticate=again, **given)

        members = {"__init__": __init__, "__module__": "swapped." + stock.__module__}
        return type(stock.__name__, (Plugin,), members)

    v3, generic, top = keystoneauth1.identity.v3, keystoneauth1.identity.generic, keystoneauth1.identity
    for name in ("Password", "Token", "ApplicationCredential"):
        made = shim(getattr(v3, name))
        setattr(v3, name, made)
        setattr(top, "V3" + name, made)
        for module in (v3.password, v3.token, v3.application_credential):
            if getattr(module, name, None) is not None and module.__name__.endswith(
                {"Password": "password", "Token": "token", "ApplicationCredential": "application_credential"}[
                    name
                ]
            ):
                setattr(module, name, made)
    for name in ("Password", "Token"):
        made = shim(getattr(generic, name))
        setattr(generic, name, made)
        setattr(top, name, made)
        setattr(getattr(generic, name.lower()), name, made)


def keystoneclient() -> None:
    """keystoneclient.v3's client, managers and exceptions are those of archstone.keystoneclient."""
    # These load all stock modules, which are then hidden.
    import archstone.keystoneclient as ours
    import keystoneclient.contrib.auth.v3.saml2
    import keystoneclient.v2_0.client
    import keystoneclient.v3.client
    import keystoneclient.v3.contrib
    from keystoneclient.v3.contrib.endpoint_filter import EndpointFilterManager as stock_filter
    from keystoneclient.v3.contrib.endpoint_policy import EndpointPolicyManager as stock_policy
    from keystoneclient.v3.contrib.federation import saml as stock_saml
    from keystoneclient.v3.contrib.oauth1 import auth as stock_oauth1_auth

    stock_exceptions = keystoneclient.exceptions
    pairs = {"exceptions": "exceptions", "base": "base", "client": "client"}
    for info in pkgutil.walk_packages(ours.__path__, ours.__name__ + "."):
        tail = info.name.removeprefix(ours.__name__ + ".")
        if tail.startswith("v3.") and not info.ispkg:
            pairs[tail] = tail
    for tail in pairs:
        made = importlib.import_module(f"{ours.__name__}.{tail}")
        name = f"keystoneclient.{tail}"
        sys.modules[name] = made
        parent, _, last = name.rpartition(".")
        setattr(sys.modules[parent], last, made)
    # There these are packages with a module per manager; here each is one module.
    split = {
        "keystoneclient.v3.contrib.oauth1": ["access_tokens", "consumers", "request_tokens", "core", "utils"],
        "keystoneclient.v3.contrib.federation": [
            "base",
            "core",
            "domains",
            "identity_providers",
            "mappings",
            "projects",
            "protocols",
            "saml",
            "service_providers",
        ],
    }
    for package, names in split.items():
        whole = sys.modules[package]
        for name in names:
            part = types.ModuleType(f"{package}.{name}")
            part.__dict__.update(
                {key: value for key, value in vars(whole).items() if not key.startswith("__")}
            )
            sys.modules[part.__name__] = part
            if not hasattr(whole, name):
                setattr(whole, name, part)

    # Equal logins in a process share a token. A separate trust bundle keeps the tests apart.
    from archstone.keystoneclient.v3 import client as our_client

    made_of = our_client._options

    def _options(*arguments):
        taken = made_of(*arguments)
        # The options are not in the frame, to hide them from tracebacks: a call returns them.
        if not taken().keys() & {"cacert", "insecure"}:
            taken()["cacert"] = bridge.bundle_of_this_test()
        return taken

    our_client._options = _options

    # Constants of the managers that tests use to build the expected URLs.
    from archstone.keystoneclient.v3.contrib.endpoint_filter import EndpointFilterManager
    from archstone.keystoneclient.v3.contrib.endpoint_policy import EndpointPolicyManager

    EndpointFilterManager.OS_EP_FILTER_EXT = stock_filter.OS_EP_FILTER_EXT
    EndpointPolicyManager.OS_EP_POLICY_EXT = stock_policy.OS_EP_POLICY_EXT
    saml = sys.modules["keystoneclient.v3.contrib.federation.saml"]
    saml.SAML2_ENDPOINT, saml.ECP_ENDPOINT = stock_saml.SAML2_ENDPOINT, stock_saml.ECP_ENDPOINT
    sys.modules["keystoneclient.v3.contrib.oauth1.auth"] = stock_oauth1_auth
    sys.modules["keystoneclient.v3.contrib.oauth1"].auth = stock_oauth1_auth

    for name in STOCK:
        module = importlib.import_module(f"keystoneclient.tests.unit.v3.{name}")
        module.exceptions = stock_exceptions
