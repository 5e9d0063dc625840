"""Runs the Python code of a page."""

import ast
import re
import sys
from pathlib import Path

from docs_lib.blocks import ADDRESS, Block, blocks, shown_by
from docs_lib.pages import Page
from docs_lib.running import MARK, finished, not_printed, outcome


def has_tests(block: Block) -> bool:
    return re.search(r"^(async )?def test_", block.text, re.MULTILINE) is not None


def interactive(block: Block) -> tuple[str, list[str]]:
    """Input at Python's prompt, as a program with the same output as the prompt; and the expected output."""
    code, typed, shown = ["import sys, traceback"], [], []
    for line in [*block.text.splitlines(), ">>> "]:
        if line.startswith("... "):
            typed.append(line[4:])
        elif line.startswith(">>>"):
            if typed:
                source = "\n".join(typed) + "\n"
                code += [
                    "try:",
                    f"    exec(compile({source!r}, 'prompt', 'single'), globals())",
                    "except Exception as error:",
                    "    print(*traceback.format_exception_only(error), sep='')",
                ]
            typed = [line[4:]]
        else:
            shown.append(line)
    return "\n".join(code), shown


RUN_PYTHON = """\
import ast, asyncio, inspect, pathlib, sys
source = pathlib.Path(sys.argv[1]).read_text()
code = compile(source, sys.argv[1], "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
async def main():
    outcome = eval(code, {"__name__": "__main__"})
    if inspect.iscoroutine(outcome):
        await outcome
asyncio.run(main())
"""


def run_python(page: str, about: Page, environment: dict[str, str], folder: Path) -> list[str]:
    address = environment["OS_AUTH_URL"]
    shown = {before: block.text.splitlines() for before, block in shown_by(page).items()}
    run = [block for block in blocks(page, "python", "pycon") if not has_tests(block)]
    code, problems = [about.python], []
    for block in run:
        if block.language == "pycon":
            text, shown[block] = interactive(block)
        else:
            text = block.text
        code += [f"print({MARK!r}, flush=True)", text]
    source = ADDRESS.sub(address, "\n".join(code))
    try:
        compile(source, page, "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except SyntaxError as error:
        return [f"{page}: {error}"]
    (folder / "page.py").write_text(source)
    if run:
        done = finished([sys.executable, "-c", RUN_PYTHON, "page.py"], environment, folder)
        if done.returncode != 0:
            return [f"{page}: {done.stdout.replace(MARK, '')}{done.stderr}"]
        for block, printed in zip(run, done.stdout.split(MARK)[1:], strict=True):
            problems += not_printed(f"{block.place}: the block", shown.get(block, []), printed)
    if tests := [block.text for block in blocks(page, "python") if has_tests(block)]:
        (folder / "test_page.py").write_text(ADDRESS.sub(address, "\n".join(tests)))
        pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_page.py"]
        problems += outcome(page, pytest, environment, folder)
    return problems
