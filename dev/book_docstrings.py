"""A Griffe extension for docstrings, used when `dev/book` builds the pages of the Python API."""

import functools
import importlib
import os
import re
import sys
from types import ModuleType
from typing import Any

from griffe import Alias, Docstring, Extension, Object

EXAMPLE = re.compile(r"^>>> .*(?:\n(?:>>>|\.\.\.|\S).*)*", re.MULTILINE)
COMPILED = "archstone._archstone"


@functools.cache
def compiled() -> ModuleType | None:
    """The compiled module, if it is built: its classes have docstrings, unlike their stubs."""
    folder = os.environ.get("ARCHSTONE_PACKAGE")
    if folder is None:
        return None
    sys.path.insert(0, folder)
    return importlib.import_module(COMPILED)


class Docstrings(Extension):
    """Takes docstrings from the compiled module, and formats doctest lines as code."""

    def on_object(self, *, obj: Object, **_: Any) -> None:
        if isinstance(obj, Alias):
            return
        if obj.docstring is None and obj.path.startswith(f"{COMPILED}."):
            found: Any = compiled()
            for name in obj.path.removeprefix(f"{COMPILED}.").split("."):
                found = getattr(found, name, None)
            text = getattr(found, "__doc__", None)
            # An instance only has the docstring of its class.
            if text and text != type(found).__doc__:
                quiet = {"warnings": False}
                obj.docstring = Docstring(text, parent=obj, parser="google", parser_options=quiet)
        if obj.docstring:
            obj.docstring.value = EXAMPLE.sub(r"```pycon\n\g<0>\n```", obj.docstring.value)
