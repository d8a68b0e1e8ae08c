"""Measuring a model that writes a part of the vocabulary."""

import math

import numpy as np
import pytest
import torch

from train import convert
from train.data.pack import END_OF_TEXT
from train.decode import Decoder
from train.evaluate.text import bits_per_byte
from train.vocabulary import SIZE, Vocabulary, choose_active

TEXT = 'extraordinary = "é photosynthesis"\n'


@pytest.fixture
def few(tokenizer, tiny):
    """A model that writes single bytes, and what it reads in place of all else."""
    vocabulary = Vocabulary(choose_active(np.zeros(SIZE), 0, tokenizer), tokenizer)
    model = tiny(active=torch.from_numpy(vocabulary.active), vocabulary=SIZE, layers=1)
    return model, vocabulary


def test_a_prompt_is_read_as_what_the_model_writes(few, tokenizer, tmp_path):
    model, vocabulary = few
    by_bytes = Decoder(model, tokenizer, vocabulary).complete(TEXT, 8, lambda _: False)
    tokens = vocabulary.spelled(np.array(tokenizer.encode(TEXT).ids)).tolist()
    assert len(tokens) == len(TEXT.encode())
    for _ in range(8):
        tokens.append(int(model.active[int(model.logits(torch.tensor([tokens]))[0, -1].argmax())]))
    assert by_bytes == tokenizer.decode(tokens[-8:])
    # The folder says by its biases what is not written.
    convert.export(model, tmp_path / "few", tokenizer)
    found = convert.vocabulary_of(tmp_path / "few", tokenizer)
    assert found is not None and found.pieces == vocabulary.pieces


def test_a_model_that_writes_all_tokens_reads_them_all(tiny, tokenizer, tmp_path):
    convert.export(tiny(vocabulary=SIZE, layers=1), tmp_path / "all", tokenizer)
    assert convert.vocabulary_of(tmp_path / "all", tokenizer) is None


@torch.no_grad()
@pytest.mark.parametrize("window", [None, 24, 1_000_000])
def test_bits_are_those_of_the_text_and_bytes_are_all_counted(few, tokenizer, window):
    model, vocabulary = few
    length = 24 if window == 24 else model.shape.context
    tokens = [END_OF_TEXT, *vocabulary.spelled(np.array(tokenizer.encode(TEXT).ids)).tolist()]
    row = {int(token): number for number, token in enumerate(model.active)}
    nats = 0.0
    for begin in range(0, len(tokens) - 1, length):
        read = tokens[begin : begin + length + 1]
        scores = model.logits(torch.tensor([read[:-1]]))[0].log_softmax(-1)
        nats -= sum(float(scores[at, row[token]]) for at, token in enumerate(read[1:]))
    found = bits_per_byte(model, tokenizer, [TEXT], None, 1000, vocabulary, window)
    size = len(TEXT.encode())
    assert found["bytes"] == found["all_bytes"] == size
    assert found["bits_per_byte"] == pytest.approx(nats / math.log(2) / size, rel=1e-4)
    # Of two models only what both write whole is compared: here " =" and the like are pieces, and are left out.
    common = bits_per_byte(model, tokenizer, [TEXT], set(map(int, vocabulary.active)), 1000, vocabulary, window)
    assert 0 < common["bytes"] < size and common["all"] == pytest.approx(found["all"])
