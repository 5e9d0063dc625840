"""What is configured, whether it is right, and changes to it.

>>> from archstone import config
>>> config.explain(cloud="demo")
>>> config.check()
>>> file = config.ConfigFile()
>>> file.set("demo", "region_name", "north")
>>> file.save()
"""

from archstone._archstone import (
    ConfigFile,
    Finding,
    NamedCloud,
    Setting,
    check,
    clouds,
    explain,
    paths,
    to_environment,
)

__all__ = [
    "ConfigFile",
    "Finding",
    "NamedCloud",
    "Setting",
    "check",
    "clouds",
    "explain",
    "paths",
    "to_environment",
]
