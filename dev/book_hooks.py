"""Hooks for MkDocs, used when `dev/book` builds the site."""

import ast
import os
import re
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

REPOSITORY = Path(__file__).resolve().parent.parent
LINK = re.compile(r"(?P<before>\]\()(?P<path>(?:\.\./)+[^)#\s]+)(?P<anchor>#[^)\s]*)?\)")

# The pages of the Python API. The build fails if a public name is on none of them.
PYTHON_API = {
    "clients": ("Clients", ["Client", "AsyncClient"]),
    "services": (
        "Requests and responses",
        ["ServiceClient", "AsyncServiceClient", "Response", "AsyncResponse", "Headers", "Retries", "Timing"],
    ),
    "access": (
        "Tokens and the catalog",
        [
            "AccessInfo",
            "Catalog",
            "Service",
            "Endpoint",
            "Project",
            "User",
            "Receipt",
            "StoredToken",
            "TokenStore*",
        ],
    ),
    "versions": ("API versions", ["OfferedVersions", "VersionInfo", "VersionedEndpoint"]),
    "providers": (
        "Custom login methods",
        ["TokenProvider", "ProvidedToken", "AuthOption", "register_auth_method", "TokenRequest", "LoginPage"],
    ),
    "errors": ("Exceptions", ["Error", "*Error"]),
}
# Modules with a page of their own.
MODULES = {
    "config": "Configuration: archstone.config",
    "grants": "Effective grants: archstone.grants",
    "testing": "Test servers: archstone.testing",
}


def public_names(module: str) -> list[str]:
    tree = ast.parse((REPOSITORY / "python/archstone" / f"{module}.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "__all__":
            return [name for name in ast.literal_eval(node.value) if not name.startswith("__")]
    raise PluginError(f"{module}.py has no `__all__`")


def python_api() -> dict[str, str]:
    """The text of each page, by its path."""
    public = public_names("__init__")
    pages, missing = {}, set(public)
    for page, (heading, patterns) in PYTHON_API.items():
        found = [name for pattern in patterns for name in public if fnmatch(name, pattern)]
        names = list(dict.fromkeys(found))
        missing -= set(names)
        pages[page] = (heading, [f"archstone.{name}" for name in names])
    if missing:
        raise PluginError(f"on no page of PYTHON_API: {', '.join(sorted(missing))}")
    for module, heading in MODULES.items():
        pages[module] = (heading, [f"archstone.{module}.{name}" for name in public_names(module)])
    return {
        f"python-api/{page}.md": f"# {heading}\n\n" + "\n\n".join(f"::: {name}" for name in names) + "\n"
        for page, (heading, names) in pages.items()
    }


def title(path: Path) -> str:
    found = re.search(r"^# (.+)$", path.read_text(), re.MULTILINE)
    return found[1] if found else path.stem


def first_sentence(path: Path) -> str:
    paragraphs = path.read_text().split("\n\n")
    text = next((it for it in paragraphs[1:] if it[0] not in "#<|`-"), "")
    return re.split(r"(?<=\.) ", " ".join(text.split()))[0]


def expand(nav: Any, folder: Path, named: set[str]) -> Any:
    """The navigation with `*.md` replaced by all pages not listed in it, sorted by title."""
    if isinstance(nav, dict):
        return {name: expand(item, folder, named) for name, item in nav.items()}
    if not isinstance(nav, list):
        return nav
    expanded: list[Any] = []
    for item in nav:
        if isinstance(item, str) and "*" in item:
            pages = [it for it in folder.glob(item) if str(it.relative_to(folder)) not in named]
            pages.sort(key=lambda page: title(page).strip("`").lower())
            expanded += [str(page.relative_to(folder)) for page in pages]
            expanded += [page for page in python_api() if fnmatch(page, item) and "/" in item]
        else:
            expanded.append(expand(item, folder, named))
    return expanded


def leaves(nav: Any) -> list[str]:
    if isinstance(nav, str):
        return [nav]
    return [leaf for item in (nav.values() if isinstance(nav, dict) else nav) for leaf in leaves(item)]


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir)
    config.nav = expand(config.nav, folder, set(leaves(config.nav)))
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, text in python_api().items():
        files.append(File.generated(config, path, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to files outside the book at the published repository."""
    here = Path(config.docs_dir) / Path(page.file.src_uri).parent

    def elsewhere(link: re.Match[str]) -> str:
        target = Path(os.path.normpath(here / link["path"]))
        if target.is_relative_to(config.docs_dir) or not target.exists():
            return link[0]
        kind = "tree" if target.is_dir() else "blob"
        path = target.relative_to(REPOSITORY)
        return f"{link['before']}{config.repo_url}/{kind}/main/{path}{link['anchor'] or ''})"

    # The first page of the guides lists them.
    if page.file.src_uri == "guides/README.md":
        guides = [it for it in here.glob("*.md") if it.name != "README.md"]
        for guide in sorted(guides, key=title):
            markdown += f"\n**[{title(guide)}]({guide.name})**  \n{first_sentence(guide)}\n"
    # `[default: …] [possible values: …]` in the program's help is not a cross-reference.
    markdown = re.sub(r"^(\|.*\]) \[", r"\1 \\[", markdown, flags=re.MULTILINE)
    return LINK.sub(elsewhere, markdown)
