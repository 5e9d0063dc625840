"""Runs command lines with the real `openstack`, each in a forked copy of one process that has imported it.

usage: stock.py < requests > answers, inside the virtual environment of requirements-parity.txt

A request is a line of JSON: `argv`, `env`, `folder`, `stdin`; or `describe`, for all commands and options.
The response is a line of JSON, too: `exit`, `out`, `err`. The program and its output are those of
`bin/openstack`; only its imports, which take a second, are done once. `HOME` and the folder have to be the
same for all requests, since openstacksdk reads them when it is imported.
"""

import contextlib
import importlib
import json
import os
import sys
import tempfile
import traceback

# cliff reads its name from here when it is imported.
sys.argv[0] = "openstack"

import keystoneauth1.loading  # noqa: E402
import openstackclient.shell  # noqa: E402
import stevedore._cache  # noqa: E402


def preload():
    """Import what a command would, and cache the plugins that stevedore finds."""
    groups = stevedore._cache._c._get_data_for_path(None)["groups"]
    for group in groups:
        if group.startswith(("openstack.", "cliff.formatter.")):
            for entry in stevedore._cache.get_group_all(group):
                with contextlib.suppress(ImportError):
                    entry.load()
    keystoneauth1.loading.get_available_plugin_loaders()
    importlib.import_module("openstack.identity.v3._proxy")
    importlib.import_module("keystoneclient.v3.client")


def describe():
    """Every identity command with the options of its parser, except those of output formats."""
    formats = {"-h", "-f", "-c", "--quote", "--noindent", "--max-width", "--fit-width", "--print-empty"}
    formats |= {"--sort-column", "--sort-ascending", "--sort-descending", "--prefix", "--variable"}
    shell = openstackclient.shell.OpenStackShell()
    found = {}
    for entry in stevedore._cache.get_group_all("openstack.identity.v3"):
        parser = entry.load()(shell, None).get_parser("openstack")
        options = (
            action.option_strings[0]
            for action in parser._actions
            if action.option_strings and not formats & set(action.option_strings)
        )
        found[entry.name.replace("_", " ")] = sorted(options)
    return dict(sorted(found.items()))


def become(request, files):
    """In the forked copy: run the program, and exit."""
    for number, file in enumerate(files):
        os.dup2(file.fileno(), number)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.stdout = os.fdopen(1, "w", encoding="utf-8", closefd=False)
    sys.stderr = os.fdopen(2, "w", encoding="utf-8", closefd=False)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["env"])
    sys.argv[1:] = request["argv"]
    status = 1
    try:
        status = openstackclient.shell.main(request["argv"])
    except SystemExit as ended:
        status = ended.code
    except BaseException:
        traceback.print_exc()
    if not isinstance(status, int):
        # The status that `sys.exit` would use.
        if status is not None:
            print(status, file=sys.stderr)
        status = 0 if status is None else 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status & 0xFF)


def run(request):
    """Run one command line."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        given.write(request["stdin"].encode())
        given.seek(0)
        child = os.fork()
        if child == 0:
            try:
                become(request, (given, out, err))
            finally:
                os._exit(70)
        _, status = os.waitpid(child, 0)
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode(errors="replace"))
    return {"exit": os.waitstatus_to_exitcode(status), "out": texts[0], "err": texts[1]}


def main():
    """Handle requests until there are no more."""
    requests = os.fdopen(os.dup(0), encoding="utf-8")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    preload()
    for line in requests:
        request = json.loads(line)
        answer = describe() if "describe" in request else run(request)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
