"""`insight erase`: take notes away, on the machine of the database."""

from typing import Annotated

import typer

from insight_classifier.command import plain_errors, say, tell
from service.database import DEFAULT_DATABASE, Database
from service.erasure.rules import AUTHOR, HCP, NOTE, chosen
from service.erasure.store import Erasers, count, erase
from service.migrations import require_current
from service.terminal import DatabaseOption, who


def register(app: typer.Typer, erasers: Erasers) -> None:
    """Add the command to `insight`. `erasers`: those of all nouns but notes."""

    @app.command("erase")
    def erase_command(
        note: Annotated[str | None, typer.Option(help="The note with this id (ours, as answers name it).")] = None,
        author: Annotated[str | None, typer.Option(help="All notes of this author.")] = None,
        hcp: Annotated[str | None, typer.Option(help="All notes on this health-care professional, by the CRM's reference.")] = None,
        why: Annotated[str | None, typer.Option(help="Kept in the audit: name the request, not the person.")] = None,
        dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many notes would go.")] = False,
        database: DatabaseOption = DEFAULT_DATABASE,
    ) -> None:
        """Erase notes for good, with all that was made of their words. Backups keep what they hold."""
        with plain_errors():
            what = chosen({NOTE: note, AUTHOR: author, HCP: hcp})
            require_current(database)
            with Database(database) as opened:
                if dry_run:
                    with opened.read() as connection:
                        say(f"{count(connection, what)} notes would be erased; nothing was")
                    return
                done = erase(opened, what, erasers, who=who(), why=why)
        say(f"{done.notes} notes are erased")
        if not done.overwritten:
            tell("others read the database: the freed pages are overwritten with the next erasure. Run this again later.")
            raise typer.Exit(3)
