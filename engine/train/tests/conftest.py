"""What the tests share: a tokenizer with CodeGen's vocabulary, and tiny models."""

from pathlib import Path

import pytest
import torch
from tokenizers import Tokenizer

from train.model import CodeGen, Shape
from train.tokenizer import load

FIXTURES = Path(__file__).parents[3] / "fixtures" / "parity" / "checkpoints"


@pytest.fixture(scope="session")
def tokenizer() -> Tokenizer:
    return load()


@pytest.fixture
def tiny():
    """Makes a tiny float32 model with weights that are not near zero."""

    def make(active=None, tied=True, vocabulary=512, layers=2) -> CodeGen:
        torch.manual_seed(0)
        model = CodeGen(Shape(layers, 32, 4, 4, 64, vocabulary), active, tied, torch.float32)
        for parameter in model.parameters():
            torch.nn.init.normal_(parameter, std=0.2)
        return model

    return make
