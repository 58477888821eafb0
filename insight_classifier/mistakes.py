"""What is wrong in a YAML file: each mistake with its line and its mend, all of them in one go."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Mistake:
    """One thing that is wrong in a definition file."""

    line: int
    problem: str
    mend: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.problem}. {self.mend}."


@dataclass
class Mistakes:
    """What is wrong so far, and the line of every key by its path from the top."""

    found: list[Mistake] = field(default_factory=list)
    lines: dict[tuple[str, ...], int] = field(default_factory=dict)

    def add(self, line: int, problem: str, mend: str) -> None:
        self.found.append(Mistake(line, problem, mend))

    def at(self, path: tuple[str, ...], problem: str, mend: str) -> None:
        self.add(self.line(path), problem, mend)

    def line(self, path: tuple[str, ...]) -> int:
        """Where a key stands; where the file lacks it, where the nearest key above it stands."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def in_order(self) -> list[Mistake]:
        """In file order; one that is read twice through an alias counts once."""
        return sorted(dict.fromkeys(self.found), key=lambda mistake: mistake.line)


def shown(value: str) -> str:
    """A piece of the file, short enough for one line of a message."""
    return repr(value if len(value) <= 60 else f"{value[:59]}…")
