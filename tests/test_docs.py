"""The README tells the truth: its tree is the tree, its commands and settings exist.

`python -m tests.test_docs` prints the tree as the README must have it.
"""

import ast
import re
from pathlib import Path

from tests.conftest import ROOT

PACKAGES = ("insight_classifier", "training", "service")
OTHERS = {
    "benchmarks": "what is measured against peers, one script a question",
    "data": "labelled notes, the split by writer, the data card; no code",
    "docs": "for integrators: code to paste into Salesforce, Veeva CRM and Vault; pictures",
    "models": "model folders: self-describing, checked at load, never overwritten; the shipped default",
    "tests": "mirrors the source; plus layers (imports) and docs (this tree, commands, settings)",
}


def first_line(file: Path) -> str:
    """The first sentence of a module's docstring, as far as it stands on one line."""
    text = ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or ""
    return text.splitlines()[0].rstrip(".:") if text else ""


def tree() -> str:
    """One line a file: its name and the first line of its docstring."""
    lines = []
    for package in PACKAGES:
        folder = ROOT / package
        lines.append(f"{package + '/':<30} {first_line(folder / '__init__.py')}")
        for file in sorted(folder.rglob("*.py")):
            name = file.relative_to(folder).as_posix()
            if not name.endswith("__init__.py") and not name.startswith("migrations"):
                lines.append(f"  {name:<28} {first_line(file)}")
    lines += [f"{name + '/':<30} {what}" for name, what in OTHERS.items()]
    return "\n".join(lines)


def readme() -> str:
    return (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_tree_is_the_tree():
    assert tree() in readme(), "run: python -m tests.test_docs, and paste its output into README.md"


def test_every_module_says_what_it_is():
    files = [file for package in PACKAGES for file in (ROOT / package).rglob("*.py")]
    assert [file for file in files if not first_line(file)] == []


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z]+)", readme())) <= targets


def test_every_command_of_the_readme_exists():
    from insight_classifier.cli import make_app

    known = {command.name for command in make_app().registered_commands} | {group.name for group in make_app().registered_groups}
    assert set(re.findall(r"\binsight ([a-z]+)\b(?! classifier)", "\n".join(re.findall(r"```sh\n(.*?)```", readme(), re.DOTALL)))) <= known


def test_every_link_of_the_readme_leads_somewhere():
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", readme())
    assert [link for link in links if not (ROOT / link).exists()] == []


if __name__ == "__main__":
    print(tree())  # noqa: T201
