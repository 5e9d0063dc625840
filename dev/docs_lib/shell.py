"""Runs the commands of a page."""

import contextlib
import os
import pty
import subprocess
import termios
from pathlib import Path

from docs_lib.blocks import ADDRESS, SHELL, Block, Command, all_blocks, commands, is_elsewhere, shown_by
from docs_lib.pages import Page
from docs_lib.running import MARK, here, not_printed


def in_terminal(command: list[str], environment: dict[str, str], folder: Path, typed: str) -> str:
    """Runs a command in a terminal where each password prompt is answered; returns the output."""
    ours, theirs = pty.openpty()
    modes = termios.tcgetattr(theirs)
    modes[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, modes)
    process = subprocess.Popen(
        command,
        cwd=folder,
        env=environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    printed, answered = b"", 0
    # Reading fails once the command has ended and closed the terminal.
    with contextlib.suppress(OSError):
        while piece := os.read(ours, 65536):
            printed += piece
            if typed and (asked := printed.count(b"assword: ")) > answered:
                os.write(ours, typed.encode())
                answered = asked
    os.close(ours)
    process.wait()
    return printed.decode()


def steps(page: str) -> list[Command | Block]:
    """The steps in the shell, in order: commands, and files that the reader saves."""
    shown = shown_by(page)
    found: list[Command | Block] = []
    for block in all_blocks(page):
        if block.file:
            found.append(block)
        if not block.runs or block.language not in SHELL:
            continue
        typed = (
            commands(block.text)
            if block.language == "console"
            else [Command(block.text.rstrip(), [], is_script=True)]
        )
        if block in shown:
            typed[-1].shown += shown[block].text.splitlines()
        found += [command for command in typed if not is_elsewhere(command.line)]
    return found


def save(block: Block, address: str) -> str:
    """A command that saves a file that only its owner can read, since it may contain a password."""
    name = block.file.replace("~", "$HOME", 1)
    text = ADDRESS.sub(address, block.text)
    return f'mkdir -p "$(dirname "{name}")" && (umask 077 && cat >"{name}") <<\'SAVED\'\n{text}SAVED'


def run_shell(page: str, about: Page, environment: dict[str, str], folder: Path) -> list[str]:
    todo = steps(page)
    typed = [step for step in todo if isinstance(step, Command)]
    address = environment["OS_AUTH_URL"]
    script = [about.shell]
    for step in todo:
        if isinstance(step, Block):
            script.append(save(step, address))
        else:
            # A script fails if one of its commands fails.
            script += [
                "failed=0; trap 'failed=$?' ERR" if step.is_script else "",
                here(step.line, address),
                f"printf '\\n{MARK}%s{MARK}' $" + ("failed; trap - ERR" if step.is_script else "?"),
            ]
    (folder / "page.sh").write_text("\n".join(script) + "\n")
    answers = in_terminal(["bash", "page.sh"], environment, folder, about.typed).split(MARK)
    problems = []
    for position, command in enumerate(typed):
        answer, status = [*answers[2 * position : 2 * position + 2], "", "missing"][:2]
        fails = any(line.startswith("error:") for line in command.shown)
        if (status == "0") == fails:
            problems.append(f"{page}: `{command.line}` ended with {status}: {answer.strip()}")
        problems += not_printed(f"{page}: `{command.line}`", command.shown, answer)
    return problems
