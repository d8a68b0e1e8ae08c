"""The model is CodeGen, its loss is cross-entropy, and folders go both ways."""

import json
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from train import convert
from train.data.pack import END_OF_TEXT
from train.decode import Decoder
from train.finetune import finetune
from train.loss import cross_entropy

from .conftest import FIXTURES

transformers = pytest.importorskip("transformers")


def reference_logits(folder, tokens):
    model = transformers.CodeGenForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        return model(tokens).logits


@pytest.mark.parametrize("tied", [True, False])
def test_an_exported_model_has_the_same_logits_in_transformers(tiny, tmp_path, tied):
    model = tiny(torch.arange(0, 512, 3), tied)
    convert.export(model, tmp_path / "out", dtype=torch.float32)
    tokens = torch.randint(0, 512, (2, 40))
    theirs = reference_logits(tmp_path / "out", tokens)
    torch.testing.assert_close(theirs[..., model.active], model.logits(tokens).detach(), atol=2e-4, rtol=1e-4)
    rest = torch.ones(512, dtype=torch.bool)
    rest[model.active] = False
    assert (theirs[..., rest] == convert.NEVER).all()


@pytest.mark.parametrize("name", ["heads-4x32", "heads-4x64", "heads-8x32"])
def test_a_checkpoint_of_another_origin_is_read_with_the_same_logits(name):
    model = convert.load(FIXTURES / name, dtype=torch.float32)
    tokens = torch.randint(0, model.shape.vocabulary, (1, 30))
    torch.testing.assert_close(model.logits(tokens).detach(), reference_logits(FIXTURES / name, tokens), atol=2e-3, rtol=1e-3)


def test_export_and_load_give_the_model_back(tiny, tmp_path):
    model = tiny(tied=False)
    convert.export(model, tmp_path / "out", dtype=torch.float32)
    convert.export(model, tmp_path / "out", dtype=torch.float32)
    again = convert.load(tmp_path / "out", dtype=torch.float32)
    for (name, ours), (_, theirs) in zip(model.named_parameters(), again.named_parameters()):
        assert torch.equal(ours, theirs), name


def test_a_folder_of_another_architecture_is_refused_by_name(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(ValueError, match="gpt2"):
        convert.load(tmp_path)


def codegen2(folder: Path, code: str | None, **fields) -> Path:
    """A folder of CodeGen2's form with eight heads, in whose fused projection every row says whose it is."""
    folder.mkdir()
    classes = {"AutoModelForCausalLM": "modeling_codegen.CodeGenForCausalLM"}
    config = {"model_type": "codegen", "n_layer": 1, "n_embd": 32, "n_head": 8, "rotary_dim": 4, "n_positions": 64, "vocab_size": 512}
    (folder / "config.json").write_text(json.dumps(config | {"head_dim": 4, "auto_map": classes} | fields))
    if code:
        (folder / "modeling_codegen.py").write_text(code)
    # Blocks of one head each: four rows of q, of v and of k.
    rows = torch.tensor([[1000 * part + 4 * block + row for row in range(4)] for block in range(8) for part in (0, 2, 1)])
    tensors = {name: torch.zeros(shape) for name, shape in shapes_of(config).items()}
    tensors["transformer.h.0.attn.qkv_proj.weight"] = rows.reshape(-1, 1).float().expand(96, 32).contiguous()
    save_file(tensors, folder / "model.safetensors")
    return folder


def shapes_of(config: dict) -> dict[str, tuple[int, ...]]:
    """Names and shapes of a checkpoint with one layer."""
    d, vocabulary = config["n_embd"], config["vocab_size"]
    block = {
        "ln_1.weight": (d,),
        "ln_1.bias": (d,),
        "attn.qkv_proj.weight": (3 * d, d),
        "attn.out_proj.weight": (d, d),
        "mlp.fc_in.weight": (4 * d, d),
        "mlp.fc_in.bias": (4 * d,),
        "mlp.fc_out.weight": (d, 4 * d),
        "mlp.fc_out.bias": (d,),
    }
    ends = {"transformer.wte.weight": (vocabulary, d), "lm_head.weight": (vocabulary, d), "lm_head.bias": (vocabulary,)}
    return (
        {f"transformer.h.0.{name}": shape for name, shape in block.items()} | ends | {"transformer.ln_f.weight": (d,), "transformer.ln_f.bias": (d,)}
    )


@pytest.mark.parametrize("code, fields", [("x = 1\n        mp_num = 8\n", {}), (None, {"_name_or_path": "Salesforce/codegen2-1B"})])
def test_the_eight_blocks_of_codegen2_are_read(tmp_path, code, fields):
    block = convert.load(codegen2(tmp_path / "base", code, **fields), dtype=torch.float32).blocks[0]
    # All four dimensions of a head are rotated: pairs become halves.
    expected = torch.tensor([4 * head + dimension for head in range(8) for dimension in (0, 2, 1, 3)]).float()
    assert torch.equal(block.query[:, 0], expected)
    assert torch.equal(block.key[:, 0], expected + 1000)
    assert torch.equal(block.value[:, 0], torch.arange(32).float() + 2000)


@pytest.mark.parametrize(
    "code, fields", [(None, {}), ("# mp_num = 8\n", {"_name_or_path": "Salesforce/codegen2-1B"}), ("mp_num = 8\n", {"head_dim": 8})]
)
def test_code_that_is_not_known_is_refused(tmp_path, code, fields):
    with pytest.raises(ValueError, match="mp_num|head_dim"):
        convert.read(codegen2(tmp_path / "base", code, **fields))


def test_adapters_are_not_trained_in_another_order(tmp_path):
    with pytest.raises(ValueError, match="without --lora"):
        finetune(codegen2(tmp_path / "base", "mp_num = 8\n"), FIXTURES, tmp_path / "to", lora=4)


def test_the_chunked_loss_and_its_gradients_are_those_of_cross_entropy(monkeypatch):
    monkeypatch.setattr("train.loss.CHUNK", 16)
    torch.manual_seed(0)
    hidden, weight, bias = (torch.randn(*size, requires_grad=True) for size in ((40, 8), (50, 8), (50,)))
    targets = torch.randint(0, 50, (40,))
    targets[::5] = -1
    loss, count = cross_entropy(hidden, weight, bias, targets)
    ours = torch.autograd.grad(loss / count, (hidden, weight, bias))
    expected = F.cross_entropy(hidden @ weight.t() + bias, targets, ignore_index=-1)
    theirs = torch.autograd.grad(expected, (hidden, weight, bias))
    assert count == 32
    torch.testing.assert_close(loss / count, expected)
    for a, b in zip(ours, theirs):
        torch.testing.assert_close(a, b, atol=1e-5, rtol=1e-4)


def test_decoding_with_a_cache_is_decoding_without_one(tiny, tokenizer):
    model = tiny(vocabulary=50295, layers=1)
    decoder = Decoder(model, tokenizer)
    text = decoder.complete("x = 1", 12, lambda _: False)
    tokens = tokenizer.encode("x = 1").ids
    for _ in range(12):
        token = int(model.logits(torch.tensor([tokens]))[0, -1].argmax())
        if token == END_OF_TEXT:
            break
        tokens.append(token)
    assert text == tokenizer.decode(tokens[len(tokenizer.encode("x = 1").ids) :])
