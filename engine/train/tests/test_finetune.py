"""After fine-tuning on a made-up package its idioms are completed, where before they weren't."""

import pytest
import torch

from train import convert
from train.decode import Decoder
from train.finetune import finetune, sources
from train.model import CodeGen, Shape
from train.tokenizer import load

from .conftest import FIXTURES

IDIOM = 'from gizmo import Widget\n\n\ndef build_{0}():\n    widget = Widget.assemble("{0}", strict=True)\n    widget.polish()\n    return widget\n'
PROMPT = "from gizmo import Widget\n\n\ndef build_lamp():\n    widget = Widget."


@pytest.fixture
def tokenizer():
    """A tokenizer with 320 tokens, so that a model is tiny, head and all."""
    return load(FIXTURES / "heads-4x32" / "tokenizer.json")


@pytest.fixture
def repository(tmp_path):
    for name in ("chair", "table", "clock", "spoon", "radio"):
        (tmp_path / "repo").mkdir(exist_ok=True)
        (tmp_path / "repo" / f"{name}.py").write_text("# Copyright 2020 The Gizmo Authors.\n\n" + IDIOM.format(name))
    (tmp_path / "repo" / ".venv").mkdir()
    (tmp_path / "repo" / ".venv" / "other.py").write_text("not_ours = 1\n")
    return tmp_path / "repo"


@pytest.fixture
def base(tmp_path, tokenizer):
    """A tiny model that knows another package's idioms."""
    torch.manual_seed(1)
    convert.export(CodeGen(Shape(2, 64, 4, 8, 256, 320), dtype=torch.float32, tied=False), tmp_path / "drawn", tokenizer)
    (tmp_path / "other").mkdir()
    for name in ("chair", "table", "lamp", "knife", "plate"):
        text = IDIOM.format(name).replace("assemble", "create").replace("polish", "check").replace("strict=True", "lazy=False")
        (tmp_path / "other" / f"{name}.py").write_text(text)
    finetune(tmp_path / "drawn", tmp_path / "other", tmp_path / "base", epochs=100, rate=5e-3, window=128, batch=4)
    return tmp_path / "base"


def completed(folder, tokenizer) -> str:
    return Decoder(convert.load(folder, dtype=torch.float32), tokenizer).complete(PROMPT, 60, lambda text: "\n" in text)


def test_only_the_repositorys_own_code_is_taken(repository):
    texts = sources(repository)
    assert len(texts) == 5 and all(text.startswith("from gizmo") for text in texts)
    with pytest.raises(FileNotFoundError, match="no Python file"):
        sources(repository / ".venv" / "nothing")


@pytest.mark.parametrize("lora", [0, 8])
def test_a_packages_idioms_are_learnt(repository, base, tmp_path, tokenizer, lora):
    assert completed(base, tokenizer).startswith("create(")
    finetune(base, repository, tmp_path / "tuned", epochs=300, rate=5e-3, window=128, batch=4, lora=lora)
    assert completed(tmp_path / "tuned", tokenizer).startswith("assemble(")
    assert (tmp_path / "tuned" / "adapter" / "adapter_model.safetensors").exists() == bool(lora)
    assert not (tmp_path / "tuned.work").exists()
