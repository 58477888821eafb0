"""Small real things for all tests: the definition, labelled notes, and a tiny model trained on the spot."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tokenizers import Tokenizer, normalizers, pre_tokenizers, trainers
from tokenizers.models import WordPiece

from insight_classifier.definition import Definition
from insight_classifier.definition_reader import default_definition
from insight_classifier.notes import LabelledNote
from insight_classifier.predictor import Predictor, load_predictor

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


@pytest.fixture(autouse=True)
def log_of_its_own() -> Iterator[None]:
    """A command that a test runs sets the log up on that test's own standard error, which is closed for the next."""
    yield
    if "structlog" in sys.modules:
        sys.modules["structlog"].reset_defaults()


@pytest.fixture(scope="session")
def definition() -> Definition:
    """The home office's definition."""
    return default_definition()


@pytest.fixture(scope="session")
def labelled(definition: Definition) -> list[LabelledNote]:
    """Real labelled notes of two training writers, one of whom fills all three fields."""
    from training.data import load_notes

    return load_notes(DATA / "notes" / "writer_a.jsonl", definition) + load_notes(DATA / "notes" / "writer_m.jsonl", definition)


def make_tokenizer(texts: Sequence[str], size: int = 800) -> Tokenizer:
    """A WordPiece tokenizer of these texts."""
    tokenizer = Tokenizer(WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(texts, trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIAL))
    return tokenizer


def make_encoder(folder: Path, texts: Sequence[str], architecture: str = "bert") -> Path:
    """A random encoder of two narrow layers with its tokenizer, as transformers saves them."""
    from transformers import BertConfig, BertModel, ModernBertConfig, ModernBertModel, PreTrainedTokenizerFast, RobertaConfig, RobertaModel

    common = {
        "vocab_size": 800,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "intermediate_size": 48,
        "pad_token_id": 0,
    }
    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "mask_token": "[MASK]"}
    model = {
        "bert": lambda: BertModel(BertConfig(**common, max_position_embeddings=128)),
        "roberta": lambda: RobertaModel(RobertaConfig(**common, max_position_embeddings=130, bos_token_id=2, eos_token_id=3)),
        "modernbert": lambda: ModernBertModel(
            ModernBertConfig(**common, max_position_embeddings=128, bos_token_id=2, eos_token_id=3, cls_token_id=2, sep_token_id=3)
        ),
    }[architecture]()
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_object=make_tokenizer(texts), **special).save_pretrained(folder)
    return folder


TINY = {
    "epochs": 1,
    "batch_notes": 16,
    "window": 64,
    "overlap": 16,
    "hidden": 16,
    "learning_rate": 1e-3,
    "precision": "fp32",
    "device": "cpu",
}


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory, labelled: list[LabelledNote]) -> Path:
    """The folder of a random BERT of two layers."""
    return make_encoder(tmp_path_factory.mktemp("encoder"), [note.note.fields["text"] for note in labelled])


@pytest.fixture(scope="session")
def tiny_corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of labelled notes: 60 notes each of five writers."""
    folder = tmp_path_factory.mktemp("corpus")
    for writer in "abcdm":
        lines = (DATA / "notes" / f"writer_{writer}.jsonl").read_text(encoding="utf-8").splitlines()[:60]
        (folder / f"writer_{writer}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory, definition: Definition, tiny_encoder: Path, tiny_corpus: Path) -> Path:
    """A model folder, made by the real training in a few seconds. Its verdicts are poor, its shape is right."""
    from training.config import read_config
    from training.train import train

    output = tmp_path_factory.mktemp("models") / "tiny"
    config = read_config({**TINY, "base_model": str(tiny_encoder)})
    train(data=tiny_corpus, output=output, definition=definition, config=config)
    return output


@pytest.fixture(scope="session")
def predictor(tiny_model: Path) -> Predictor:
    """The tiny model, loaded as the service loads it."""
    return load_predictor(tiny_model, threads=1)
