"""Reading a GGUF's weights back."""

import pytest
import torch

from train import convert
from train.decode import Decoder
from train.tokenizer import BUILTIN

# As `cargo xtask demo` shows them, by the engine and the same file. Another built-in model will have other answers.
TURNS = [
    ("# Create a list called scores with the values 72, 95, 58, 88 and 64.", "scores = [72, 95, 58, 88, 64]"),
    ("# Remove the smallest value from scores.", "scores.remove(min(scores))"),
    ("# Compute the average of scores and store it in average.", "average = sum(scores) / len(scores)"),
    ("# Round average to one decimal.", "average = round(average, 1)"),
]


def test_the_built_in_file_answers_as_it_does_in_the_engine(tokenizer):
    model = convert.load(BUILTIN, dtype=torch.float32)
    assert model.shape.context == 1024
    decoder, history = Decoder(model, tokenizer, convert.vocabulary_of(BUILTIN, tokenizer)), ""
    for prompt, answer in TURNS:
        history += f"{prompt}\n"
        assert decoder.complete(history, 32, lambda text: "\n" in text).rstrip("\n") == answer
        history += f"{answer}\n\n"


@pytest.mark.parametrize("size", [0, 3, 24, 4_000, 20_000_000])
def test_half_a_file_is_refused(size, tmp_path):
    path = tmp_path / "half.gguf"
    path.write_bytes(BUILTIN.read_bytes()[:size])
    with pytest.raises(ValueError, match=r"half\.gguf cannot be read as a GGUF"):
        convert.read(path)
