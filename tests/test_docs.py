"""The README tells the truth: its tree is the tree, its commands and settings exist.

`python -m tests.test_docs` writes the tree and the table of settings into README.md and docs/tree.md.
"""

import ast
import re
from itertools import takewhile
from pathlib import Path

from service.settings import settings_table
from tests.conftest import ROOT

PACKAGES = ("insight_classifier", "training", "service")
OTHERS = {
    "benchmarks": "what is measured against peers, one script a question",
    "data": "labelled notes, the split by writer, the data card; no code",
    "docs": "for integrators: code to paste into Salesforce, Veeva CRM and Vault; pictures",
    "models": "model folders: self-describing, checked at load, never overwritten; the shipped default",
    "tests": "mirrors the source; plus layers (imports) and docs (this tree, commands, settings)",
}


AGAIN = "run: python -m tests.test_docs"
TREE_PAGE = "# Every file, and what it holds\n\n```\n{tree}\n```\n"


def first_line(file: Path) -> str:
    """The first sentence of a module's docstring, as far as it stands on one line."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].rstrip(".:") if text else ""


def tree() -> str:
    """A line a package, a file or a folder in it: its name and the first line of its docstring."""
    lines = []
    for package in PACKAGES:
        folder = ROOT / package
        lines.append(f"{package + '/':<30} {first_line(folder / '__init__.py')}")
        lines += [
            f"  {place.name + '/':<28} {first_line(place / '__init__.py')}" for place in sorted(folder.glob("*/")) if holds_code(place)
        ]
        lines += [f"  {file.name:<28} {first_line(file)}" for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]
    lines += [f"{name + '/':<30} {what}" for name, what in OTHERS.items()]
    return "\n".join(lines)


def whole_tree() -> str:
    """As `tree`, with every file of every folder."""
    lines = []
    for package in PACKAGES:
        for folder in [ROOT / package, *(place for place in sorted((ROOT / package).rglob("*/")) if holds_code(place))]:
            lines.append(f"{folder.relative_to(ROOT).as_posix()}/  {first_line(folder / '__init__.py')}")
            lines += [f"  {file.name:<28} {first_line(file)}" for file in sorted(folder.glob("*.py")) if file.name != "__init__.py"]
    return "\n".join(lines)


def holds_code(folder: Path) -> bool:
    return (folder / "__init__.py").exists() and folder.name != "versions"


def settings() -> str:
    """The rows of the table of settings."""
    return "\n".join(f"| `{name}` | {default} | {what} |" for name, default, what in settings_table())


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tree_is_the_tree():
    assert tree() in readme(), AGAIN
    assert (ROOT / "docs" / "tree.md").read_text(encoding="utf-8") == TREE_PAGE.format(tree=whole_tree()), AGAIN


def test_the_settings_are_the_settings():
    assert settings() in readme(), AGAIN


def test_every_module_says_what_it_is():
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    assert [file for file in files if not first_line(file)] == []


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"(?:^|`)make ([a-z]+)", readme(), re.MULTILINE)) <= targets


def test_every_command_of_the_readme_exists():
    from insight_classifier.cli import make_app

    known = {command.name for command in make_app().registered_commands} | {group.name for group in make_app().registered_groups}
    assert set(re.findall(r"\binsight ([a-z]+)\b(?! classifier)", "\n".join(re.findall(r"```sh\n(.*?)```", readme(), re.DOTALL)))) <= known


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme())
    assert [link for link in links if not (ROOT / link).exists()] == []


def told(text: str, heading: str, block: str) -> str:
    """The text with the block under a heading put in place of the one there."""
    start = text.index("```\n", text.index(heading)) + 4
    return text[:start] + block + "\n" + text[text.index("```", start) :]


def rows(text: str, table: str) -> str:
    """The text with the rows of the first table put in place of those there."""
    start = text.index("|---")
    start = text.index("\n", start) + 1
    end = start + sum(len(line) for line in takewhile(lambda line: line.startswith("|"), text[start:].splitlines(keepends=True)))
    return text[:start] + table + "\n" + text[end:]


if __name__ == "__main__":
    (ROOT / "README.md").write_text(rows(told(readme(), "## The tree", tree()), settings()), encoding="utf-8")
    (ROOT / "docs" / "tree.md").write_text(TREE_PAGE.format(tree=whole_tree()), encoding="utf-8")
