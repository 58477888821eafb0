"""A YAML file as nodes that know their lines. Nothing in it is executed, and no size or nesting of it does harm."""

from pathlib import Path

import yaml
from yaml.reader import ReaderError

from insight_classifier.errors import DefinitionError
from insight_classifier.mistakes import Mistakes

MAX_BYTES = 1_000_000  # a definition is a few pages
_MENDS = {
    "'\\t'": "Indent with spaces, not with tabs",
    "mapping values": "Put a text that holds a colon in quotes",
    "alias": "Write the value out",
    "another document": "Delete the line --- and what follows: one file is one definition",
    "end of stream": "Close the quote or the bracket",
}
_MEND = "Check the indentation, quotes and colons on this line and the one above"


def compose(path: Path, mistakes: Mistakes) -> yaml.Node | None:
    """The root node of a file, or None where it is no YAML. Raises DefinitionError where there is no file to read."""
    text = _text(path, mistakes)
    root = None if text is None else _root(text, mistakes)
    if root is None and not mistakes.found:
        mistakes.add(1, "the file is empty", "Start from a copy of the definition that ships with the package")
    return root


def _text(path: Path, mistakes: Mistakes) -> str | None:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except (OSError, ValueError) as problem:
        raise DefinitionError(f"{path}: {getattr(problem, 'strerror', None) or problem}. Give the path of a YAML file.") from problem
    if len(content) > MAX_BYTES:
        raise DefinitionError(f"{path}: larger than {MAX_BYTES:,} bytes. Give the path of a definition, which is a few pages.")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as problem:
        mistakes.add(content.count(b"\n", 0, problem.start) + 1, f"byte {problem.start} is not UTF-8", "Save the file as UTF-8")
        return None


def _root(text: str, mistakes: Mistakes) -> yaml.Node | None:
    loader = None
    try:
        loader = yaml.SafeLoader(text)
        return loader.get_single_node()
    except ReaderError as problem:
        line = text.count("\n", 0, problem.position) + 1
        mistakes.add(line, f"the character U+{problem.character:04X} is not allowed in YAML", "Delete it")
    except yaml.MarkedYAMLError as problem:
        _not_yaml(problem, mistakes)
    except RecursionError:
        mistakes.add(loader.line + 1 if loader else 1, "brackets are nested too deeply", "Close them")
    return None


def _not_yaml(problem: yaml.MarkedYAMLError, mistakes: Mistakes) -> None:
    line = problem.problem_mark.line + 1 if problem.problem_mark else 1
    started = problem.context_mark.line + 1 if problem.context_mark else line
    what = str(problem.problem) if started == line else f"{problem.context} that starts on line {started}: {problem.problem}"
    mend = next((mend for fragment, mend in _MENDS.items() if fragment in what), _MEND)
    mistakes.add(line, f"not valid YAML: {what}", mend)
