"""The configuration: show, check and change it.

>>> from archstone import config
>>> config.explain(cloud="demo")
>>> config.check()
>>> config.diagnose(cloud="demo")
>>> file = config.ConfigFile()
>>> file.set("demo", "region_name", "north")
>>> file.save()
"""

from archstone._archstone import (
    Check,
    ConfigFile,
    FetchedProfile,
    Finding,
    KeyringPlace,
    NamedCloud,
    Openrc,
    Setting,
    check,
    clouds,
    diagnose,
    distrust,
    explain,
    fetch_profile,
    paths,
    read_openrc,
    to_environment,
    trust,
)

__all__ = [
    "Check",
    "ConfigFile",
    "FetchedProfile",
    "Finding",
    "KeyringPlace",
    "NamedCloud",
    "Openrc",
    "Setting",
    "check",
    "clouds",
    "diagnose",
    "distrust",
    "explain",
    "fetch_profile",
    "paths",
    "read_openrc",
    "to_environment",
    "trust",
]
