"""Runs openstackclient's own functional tests for identity, with our program as `openstack`."""

import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import play
from .scenario import FOLDER, Wrong

# The tests that pass with the real program.
RECORDED = FOLDER / "functional.json"
RUNNER = Path(__file__).with_name("functional_run.py")

CLOUDS = """\
clouds:
  devstack-admin: &admin
    auth: &auth
      auth_url: {url}
      username: admin
      password: admin-secret
      user_domain_id: default
      project_name: admin
      project_domain_id: default
    region_name: RegionOne
    identity_api_version: 3
  devstack-system-admin:
    auth:
      auth_url: {url}
      username: admin
      password: admin-secret
      user_domain_id: default
      system_scope: all
    region_name: RegionOne
    identity_api_version: 3
"""


def run(program: Path, parts: list[str], stock: bool) -> int:
    """Run the tests with these parts in their names; compare with the results of the real program."""
    interpreter = environment()
    listed = subprocess.run([interpreter, RUNNER], capture_output=True, text=True, check=True)
    modules = listed.stdout.split()
    outcomes: dict[str, str] = {}
    with play.stages(play.WORKERS) as stages, ThreadPoolExecutor(play.WORKERS) as pool:
        shares = [modules[number :: len(stages)] for number in range(len(stages))]
        ours = None if stock else program
        for one in pool.map(lambda *pair: share(interpreter, ours, *pair, parts), stages, shares):
            outcomes |= one
    outcomes = dict(sorted(outcomes.items()))
    passed = [name for name, outcome in outcomes.items() if outcome == "ok"]
    if stock and not parts:
        RECORDED.write_text(json.dumps(passed, indent=0) + "\n", encoding="utf-8")
    expected = set(json.loads(RECORDED.read_text(encoding="utf-8"))) if not stock else outcomes.keys()
    worse = sorted(expected & outcomes.keys() - set(passed))
    for name in worse:
        print(f"{name}\n{outcomes[name]}\n")
    print(f"{len(passed)} of {len(outcomes)} tests pass, {len(worse)} fail that should pass")
    return 1 if worse or not outcomes else 0


def environment() -> Path:
    """The interpreter of the virtual environment that has the tests."""
    from server import Environment

    made = Environment(
        play.STATE / "functional-venv",
        play.DEV / "requirements-functional.txt",
        "openstackclient's functional tests",
    )
    made.install()
    return made.python


def share(
    interpreter: Path, program: Path | None, stage: play.Stage, modules: list[str], parts: list[str]
) -> dict[str, str]:
    """The outcomes of some modules: `ok`, or the reason of a failure."""
    stage.clear({".config/openstack/clouds.yaml": CLOUDS.format(url=stage.auth_url)})
    env = {"HOME": str(stage.home), "LANG": "C.UTF-8"}
    ours = play.Archstone(program, "openstack") if program else None
    env["PATH"] = f"{ours.folder}:/usr/bin:/bin" if ours else "/usr/bin:/bin"
    try:
        whose = "ours" if ours else "stock"
        command = [interpreter, RUNNER, ",".join(modules), ",".join(parts), whose]
        ran = subprocess.run(command, env=env, cwd=stage.home, capture_output=True, text=True)
    finally:
        if ours:
            ours.close()
    if ran.returncode:
        raise Wrong(f"the functional tests did not complete:\n{ran.stderr[-4000:]}")
    found: dict[str, str] = json.loads(ran.stdout.splitlines()[-1])
    return found
