"""A grown model computes what it was grown from, and what is new in it learns."""

import pytest
import torch

from train import convert
from train.grow import deepened, doubled
from train.tests.conftest import FIXTURES
from train.tokenizer import BUILTIN, load

TOKENS = torch.randint(0, 512, (2, 40), generator=torch.Generator().manual_seed(0))


def same(grown, model, tokens=TOKENS):
    with torch.no_grad():
        theirs, ours = model.logits(tokens), grown.logits(tokens)
    torch.testing.assert_close(ours, theirs, atol=2e-4 * float(theirs.abs().max()), rtol=0)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("layers", [2, 3, 4, 5, 7])
def test_more_blocks_give_the_same_logits(tiny, tied, layers):
    model = tiny(torch.arange(0, 512, 3), tied)
    grown = deepened(model, layers)
    same(grown, model)
    passing = [not bool(block.out.any() or block.fc_out.any() or block.fc_out_bias.any()) for block in grown.blocks]
    assert sum(passing) == layers - 2 and not passing[0]


@pytest.mark.parametrize("tied", [True, False])
def test_twice_the_width_gives_the_same_logits(tiny, tied):
    model = tiny(torch.arange(0, 512, 3), tied)
    grown = doubled(model)
    assert (grown.shape.width, grown.shape.heads, grown.shape.hidden) == (64, 8, 256)
    same(grown, model)
    same(deepened(grown, 4), model)


def test_fewer_blocks_are_refused(tiny):
    with pytest.raises(ValueError, match="2 blocks"):
        deepened(tiny(), 1)


@pytest.mark.parametrize("tied", [True, False])
def test_what_is_new_gets_gradients_of_its_own(tiny, tied):
    grown = deepened(doubled(tiny(torch.arange(512), tied)), 3)
    loss, count = grown(TOKENS, TOKENS.roll(-1, 1))
    (loss / count).backward()
    for number, block in enumerate(grown.blocks):
        assert block.out.grad.any() and block.fc_out.grad.any(), number
    # The two copies of a hidden unit part, or the width would be no more than what it was.
    one, other = grown.blocks[0].fc_in.grad.chunk(2)
    assert (one - other).norm() > 0.01 * one.norm()


@pytest.mark.parametrize("name", ["heads-4x32", "heads-8x32"])
def test_a_grown_folder_is_read_by_transformers_with_the_same_logits(tmp_path, name):
    transformers = pytest.importorskip("transformers")
    model = convert.load(FIXTURES / name, dtype=torch.float32)
    convert.export(deepened(doubled(model), 4), tmp_path / "grown", dtype=torch.float32)
    tokens = TOKENS % model.shape.vocabulary
    theirs = transformers.CodeGenForCausalLM.from_pretrained(tmp_path / "grown", dtype=torch.float32).eval()
    with torch.no_grad():
        torch.testing.assert_close(theirs(tokens).logits, model.logits(tokens), atol=2e-3, rtol=1e-3)


def test_the_built_in_model_starts_as_it_is_and_grows(tmp_path):
    tokenizer = load()
    model = convert.load(BUILTIN, convert.vocabulary_of(BUILTIN, tokenizer), dtype=torch.float32)
    whole = convert.load(BUILTIN, dtype=torch.float32)
    # Rare tokens too are read as the file has them: nothing of what was learnt starts anew.
    tokens = torch.tensor([tokenizer.encode("# Photosynthesis of the extraordinary archaeopteryx.\nx = [1, 2]\n").ids])
    with torch.no_grad():
        torch.testing.assert_close(model.logits(tokens), whole.logits(tokens)[..., model.active], atol=1e-3, rtol=1e-4)
    convert.export(deepened(model, 10), tmp_path / "grown", tokenizer, torch.float32)
    vocabulary = convert.vocabulary_of(tmp_path / "grown", tokenizer)
    again = convert.load(tmp_path / "grown", vocabulary, dtype=torch.float32)
    assert torch.equal(again.active, model.active) and again.shape.layers == 10
    same(again, model, tokens)
