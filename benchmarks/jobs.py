"""Whether a bulk job that is killed judges every note exactly once: `python -m benchmarks.jobs --notes 2000 --kills 5`.

A job is made of notes of the data set, each with an id of its own; workers in processes of their own do it, and are killed with -9 at
random moments and started anew. In the end the database is counted: one judgement for each note, one line for each in the results.
With --database postgresql://… and --workers 2 the workers share the job. --tiny takes a model of two narrow layers, so that many notes
take minutes.
"""

import argparse
import hashlib
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from insight_classifier.command import default_model
from insight_classifier.definition_reader import default_definition
from insight_classifier.predictor import load_predictor
from service.database import Database, now
from service.jobs import leases, worker
from service.jobs.cutting import Cutter
from service.jobs.files import read_piece, sizes
from service.jobs.rules import ENDED, RESULTS, Limits, new_id
from service.jobs.store import Owner, Wish, add_job, job
from service.jobs.worker import Worker
from service.migrations import migrate
from service.notes.tables import JudgementRow, NoteRow
from service.settings import read_settings
from service.worker_cli import make_hands

ROOT = Path(__file__).resolve().parent.parent
LEASE = timedelta(seconds=5)  # shorter than the service's, so that the end does not wait for what the last killed worker held
Process = subprocess.Popen[bytes]


def main() -> None:
    options = _options()
    if options.work:
        _work(options.database, options.model)
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        url = options.database or f"sqlite:///{folder}/insight.db"
        model = options.model or (_tiny_model(folder) if options.tiny else default_model())
        migrate(url)
        with Database(url) as database:
            job_id = _make_job(database, options.notes, folder)
            seconds, kills = _run(database, job_id, url, model, options)
            told = _counted(database, job_id, options.notes)
    rate = round(options.notes / seconds, 1)
    print(
        json.dumps(
            {
                "notes": options.notes,
                "workers": options.workers,
                "kills": kills,
                "seconds": round(seconds, 1),
                "notes_per_second": rate,
                **told,
            }
        )
    )
    if not told["exactly_once"]:
        raise SystemExit(1)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--notes", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=5)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, help="that compute, of each worker; left out: one for each core")
    parser.add_argument("--database", help="an empty database; left out: a SQLite file that is removed afterwards")
    parser.add_argument("--model", type=Path, help="model folder; left out: the shipped one")
    parser.add_argument("--tiny", action="store_true", help="train a tiny model and take that")
    parser.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def _work(url: str, model: Path) -> None:
    """One worker, until it is killed."""
    leases.LEASE = worker.LEASE = LEASE
    settings = read_settings(database=url)
    predictor = load_predictor(model, threads=settings.threads)
    with Database(url) as database:
        Worker(make_hands(database, predictor, settings), look_seconds=0.2).start()
        print("working", flush=True)
        while True:
            time.sleep(60)


def _make_job(database: Database, notes: int, folder: Path) -> str:
    file = folder / "notes.ndjson"
    records = itertools.islice(itertools.cycle(_records()), notes)
    with file.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({**record, "id": f"b{number:07}"}) + "\n" for number, record in enumerate(records))
    job_id, at = new_id(now()), now()
    total, chunks = Cutter(database, default_definition(), chunk_notes=Limits().chunk_notes).cut(job_id, file, "ndjson")
    wish = Wish(job_id, "bench", "bench", "bench", "ndjson", hashlib.sha256(file.read_bytes()).hexdigest(), total=total, chunks=chunks)
    database.write(lambda connection: add_job(connection, wish, at))
    return job_id


def _records() -> list[dict[str, Any]]:
    names = [field.name for field in default_definition().fields]
    lines = (ROOT / "data" / "notes" / "writer_g.jsonl").read_text(encoding="utf-8").splitlines()
    return [{key: value for key, value in json.loads(line).items() if key in names} for line in lines]


def _tiny_model(folder: Path) -> Path:
    """The tests' own, trained in some seconds."""
    from tests.conftest import TINY, make_encoder
    from training.config import read_config
    from training.data import load_notes
    from training.train import train

    definition, data = default_definition(), folder / "data"
    data.mkdir()
    for writer in "abcdm":
        lines = (ROOT / "data" / "notes" / f"writer_{writer}.jsonl").read_text(encoding="utf-8").splitlines()[:60]
        (data / f"writer_{writer}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    texts = [note.note.fields[definition.main_field] for note in load_notes(data / "writer_a.jsonl", definition)]
    encoder = make_encoder(folder / "encoder", texts)
    train(data=data, output=folder / "tiny", definition=definition, config=read_config({**TINY, "base_model": str(encoder)}))
    return folder / "tiny"


def _run(database: Database, job_id: str, url: str, model: Path, options: argparse.Namespace) -> tuple[float, int]:
    """Seconds until the job ended, the starts of new workers included, and how often one was killed."""
    chance, kills = random.Random(options.seed), 0
    # Spread over the job by its own progress, so that each hits a worker at work, however quick it is.
    marks = sorted(chance.random() * 0.95 for _ in range(options.kills))
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(url, model, options)) for _ in range(options.workers)]
        began = time.perf_counter()
        while not (state := _progress(database, job_id))[1]:
            if kills < len(marks) and state[0] >= marks[kills] * options.notes:
                time.sleep(chance.random())
                victim = chance.randrange(len(workers))
                workers[victim].kill()
                workers[victim].wait()
                workers[victim] = stack.enter_context(_worker(url, model, options))
                kills += 1
            time.sleep(0.05)
        seconds = time.perf_counter() - began
        for process in workers:
            process.kill()
    return seconds, kills


def _worker(url: str, model: Path, options: argparse.Namespace) -> Process:
    command = [sys.executable, "-m", "benchmarks.jobs", "--work", "--database", url, "--model", str(model)]
    own = {"INSIGHT_THREADS": str(options.threads)} if options.threads else {}
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, env={**os.environ, **own})
    assert process.stdout
    if process.stdout.readline() != b"working\n":
        raise SystemExit("a worker did not start")
    return process


def _progress(database: Database, job_id: str) -> tuple[int, bool]:
    """Records that are ready, and whether the job has ended."""
    with database.read() as connection:
        found = job(connection, job_id, Owner(None))
    return found.done + found.failed, found.state in ENDED


def _counted(database: Database, job_id: str, notes: int) -> dict[str, Any]:
    with database.read() as connection:
        found = job(connection, job_id, Owner(None))
        kept = connection.scalar(select(func.count()).select_from(NoteRow))
        judgements = connection.scalar(select(func.count()).select_from(JudgementRow))
        of_notes = connection.scalar(select(func.count(JudgementRow.note_id.distinct())))
    digest, ids = hashlib.sha256(), []
    for content in _results(database, job_id):
        digest.update(content)
        ids += [json.loads(line)["id"] for line in content.splitlines()]
    whole = digest.hexdigest() == found.results_sha256 and ids == [f"b{number:07}" for number in range(notes)]
    counts = {"done": found.done, "failed": found.failed, "notes_kept": kept, "judgements": judgements, "notes_with_judgement": of_notes}
    return {"state": found.state, **counts, "results_whole": whole, "exactly_once": whole and set(counts.values()) == {notes, 0}}


def _results(database: Database, job_id: str) -> Iterator[bytes]:
    with database.read() as connection:
        numbers = [number for number, _ in sizes(connection, job_id, RESULTS)]
    for number in numbers:
        with database.read() as connection:
            content = read_piece(connection, job_id, RESULTS, number)
        yield content


if __name__ == "__main__":
    main()
