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
    FetchedProfile,
    Finding,
    KeyringPlace,
    NamedCloud,
    Openrc,
    Setting,
    check,
    clouds,
    distrust,
    explain,
    fetch_profile,
    paths,
    read_openrc,
    to_environment,
    trust,
)

__all__ = [
    "ConfigFile",
    "FetchedProfile",
    "Finding",
    "KeyringPlace",
    "NamedCloud",
    "Openrc",
    "Setting",
    "check",
    "clouds",
    "distrust",
    "explain",
    "fetch_profile",
    "paths",
    "read_openrc",
    "to_environment",
    "trust",
]
