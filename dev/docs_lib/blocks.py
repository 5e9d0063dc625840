"""The blocks of a page, and the commands in them."""

import itertools
import re
import textwrap
from dataclasses import dataclass
from functools import cache

from docs_lib.pages import ELSEWHERE, REPOSITORY

ADDRESS = re.compile(r"https?://keystone\.example:5000/v3")
FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[\w+-]*)[^`]*")
TAG = re.compile(r"\s*<!-- not-run: (?P<reason>.+) -->")
FILE = re.compile(r"(?:#|//) (?P<name>~?[\w./-]+\.\w+)\n")
SHELL = ("console", "sh", "bash")
CODE = ("python", "pycon", "rust")


@dataclass(frozen=True)
class Block:
    """A fenced block of a page."""

    page: str
    number: int
    language: str
    text: str
    # The reason for not running it.
    reason: str = ""

    @property
    def place(self) -> str:
        return f"{self.page}:{self.number}"

    @property
    def file(self) -> str:
        """The file name under which the reader saves it."""
        match = FILE.match(self.text)
        return match["name"] if match and self.language not in ("console", "text", "rust") else ""

    @property
    def runs(self) -> bool:
        return not self.reason and not self.file


def blocks_in(page: str, text: str) -> list[Block]:
    found: list[Block] = []
    lines = text.splitlines()
    position = 0
    while position < len(lines):
        if start := FENCE.fullmatch(lines[position]):
            after = range(position + 1, len(lines))
            end = next((at for at in after if lines[at].strip() == start["fence"]), len(lines))
            inside = textwrap.dedent("".join(f"{line}\n" for line in lines[position + 1 : end]))
            tag = TAG.fullmatch(lines[position - 1]) if position else None
            reason = tag["reason"] if tag else ""
            found.append(Block(page, position + 1, start["language"], inside, reason))
            position = end
        position += 1
    return found


@cache
def all_blocks(page: str) -> list[Block]:
    return blocks_in(page, (REPOSITORY / page).read_text())


def blocks(page: str, *languages: str) -> list[Block]:
    """The blocks that are run."""
    return [block for block in all_blocks(page) if block.language in languages and block.runs]


def is_program(block: Block) -> bool:
    return block.language == "rust" and "fn main()" in block.text


def shown_by(page: str) -> dict[Block, Block]:
    """The expected output: blocks of text, by the block that prints them."""
    return {
        before: block
        for before, block in itertools.pairwise(all_blocks(page))
        if block.language == "text"
        and block.runs
        and before.runs
        and (before.language in (*SHELL, "python") or is_program(before))
    }


@dataclass
class Command:
    """A command line after `$ `, and its output on the page."""

    line: str
    shown: list[str]
    is_script: bool = False


def commands(text: str) -> list[Command]:
    found: list[Command] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Command(line[2:], []))
        elif found and found[-1].line.endswith("\\"):
            found[-1].line += "\n" + line
        elif found:
            found[-1].shown.append(line)
    return found


def is_elsewhere(line: str) -> bool:
    return any(line.startswith(start) for start in ELSEWHERE)
