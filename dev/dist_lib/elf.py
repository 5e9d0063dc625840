"""The system requirements of Linux programs and libraries."""

import re
from pathlib import Path

from elftools.elf.elffile import ELFFile
from elftools.elf.gnuversions import GNUVerNeedSection

Version = tuple[int, ...]


def newest_glibc(file: Path) -> Version:
    """The oldest glibc that has every symbol that a file needs; (0,) if it needs none."""
    with file.open("rb") as opened:
        needed = [
            re.fullmatch(r"GLIBC_([0-9.]+)", auxiliary.name)
            for section in ELFFile(opened).iter_sections()
            if isinstance(section, GNUVerNeedSection)
            for _, auxiliaries in section.iter_versions()
            for auxiliary in auxiliaries
        ]
    return max((tuple(map(int, it[1].split("."))) for it in needed if it), default=(0,))


def libraries(file: Path) -> set[str]:
    """The shared libraries that a file needs."""
    with file.open("rb") as opened:
        section = ELFFile(opened).get_section_by_name(".dynamic")
        return {tag.needed for tag in section.iter_tags("DT_NEEDED")} if section else set()
