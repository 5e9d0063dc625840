"""python-keystoneclient's API on Archstone: a script that uses it changes one import line.

>>> from archstone.keystoneclient.v3 import client
>>> keystone = client.Client(session=session)
>>> keystone.projects.list(domain="default")

The names, arguments, resources and exceptions are python-keystoneclient's; the requests are Archstone's. Differences
are listed in `docs/keystoneclient.md`.
"""
