"""The figures as one file of HTML that needs nothing else, and as PDF by a browser where there is one."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from insight_classifier.errors import ConfigError
from service.measures.asked import Asked
from service.measures.figures import Figures
from service.measures.findings import findings
from service.measures.pages import shown
from service.rendering import HERE, make_environment

STYLES = ("page.css", "measures.css")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "microsoft-edge")
SECONDS = 60.0


def html_of(figures: Figures, asked: Asked, *, invented: bool = False) -> str:
    """Raises RequestError for a filter that fits nothing, ConfigError where no note is judged. `invented`: of the demonstration."""
    found = figures.get(asked)
    if found is None:
        raise ConfigError("no note is judged yet: there is nothing to report. Send notes to the service first.")
    given = shown(found, figures, asked)
    told = tuple(findings(found, figures.sources, tuple(given["charts"])))
    style = "\n".join((HERE / "static" / name).read_text(encoding="utf-8") for name in STYLES)
    template = make_environment().get_template("measures_report.html")
    return template.render(**given, findings=told, style=style, definition=figures.sources.definition, invented=invented)


def write_pdf(html: str, path: Path) -> None:
    """By a browser of this machine, which is shut off from the network by what the file holds. Raises ConfigError where there is none."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ConfigError(f"--pdf needs a browser ({', '.join(BROWSERS)}) on the path: install one, or print the HTML to PDF yourself.")
    with tempfile.TemporaryDirectory() as folder:
        page, made = Path(folder, "report.html"), Path(folder, "report.pdf")
        page.write_text(html, encoding="utf-8")
        told = [browser, "--headless", "--disable-gpu", "--no-sandbox", f"--user-data-dir={folder}/profile", "--no-pdf-header-footer"]
        try:
            subprocess.run([*told, f"--print-to-pdf={made}", page.as_uri()], check=True, capture_output=True, timeout=SECONDS)
            shutil.move(made, path)
        except (subprocess.SubprocessError, OSError) as problem:
            raise ConfigError(
                f"{Path(browser).name} made no PDF at {path}: {type(problem).__name__}. Print the HTML yourself."
            ) from problem
