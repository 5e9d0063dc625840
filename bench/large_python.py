"""The Python part of `bench/large`: seconds for lists of a large cloud, and peak resident memory."""

from __future__ import annotations

import json
import resource
import sys
import time

from archstone import Client

client = Client.from_env(timeout=1800)
what = {
    "users": client.users.list,
    "assignments": client.role_assignments.list,
    "named": client.role_assignments.list_named,
}
for name in sys.argv[1:]:
    began = time.monotonic()
    count = sum(1 for _ in what[name]())
    seconds = time.monotonic() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"what": name, "count": count, "seconds": round(seconds, 1), "peak_mb": round(peak, 1)}), flush=True)
