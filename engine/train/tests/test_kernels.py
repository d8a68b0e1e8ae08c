"""The kernels compute what PyTorch computes, and at least as precisely as it does in bfloat16."""

import pytest
import torch
import torch.nn.functional as F

from train import kernels
from train.loss import cross_entropy
from train.model import Block, CodeGen, Shape, rotary_table

pytestmark = pytest.mark.skipif(not kernels.ready(), reason="this machine cannot compile or run the kernels")


def mixed(qkv, cos, sin, heads, fast):
    """Attention by a block of these heads."""
    block = Block(Shape(width=qkv.shape[2] // 3, heads=heads))
    block.fast = fast
    return block.mix(qkv, cos, sin)


def error(found, wanted):
    return float((found.float() - wanted).norm() / wanted.norm())


@pytest.mark.parametrize(
    ("batch", "length", "heads", "dim", "rotary"), [(1, 64, 1, 32, 16), (3, 192, 4, 64, 32), (2, 512, 2, 64, 64), (1, 1024, 3, 96, 32)]
)
def test_attention_and_its_gradient(batch, length, heads, dim, rotary):
    torch.manual_seed(0)
    cos, sin = rotary_table(length, rotary)
    qkv, by_out = torch.randn(batch, length, 3 * heads * dim), torch.randn(batch, length, heads * dim)
    # Large scores, so that a weight can be 1, and many tiny.
    qkv[:, :, : 2 * heads * dim] *= 3
    qkv, by_out = qkv.bfloat16(), by_out.bfloat16()
    outs, gradients = [], []
    for fast, dtype in ((False, torch.float32), (False, torch.bfloat16), (True, torch.bfloat16)):
        given = qkv.to(dtype, copy=True).requires_grad_()
        out = mixed(given, cos, sin, heads, fast)
        out.backward(by_out.to(dtype))
        outs.append(out.detach())
        gradients.append(given.grad)
    for exact, torchs, ours in (outs, gradients):
        assert error(ours, exact) < 1.3 * error(torchs, exact) < 0.05


def test_gelu_and_its_gradient_also_far_from_zero():
    x = torch.cat([torch.linspace(-12, 12, 9001), torch.tensor([-3e38, -200.0, -0.0, 0.0, 200.0, 1e18])]).bfloat16()
    exact, ours = x.float().requires_grad_(), x.clone().requires_grad_()
    wanted, found = F.gelu(exact, approximate="tanh"), kernels.gelu(ours)
    wanted.backward(torch.ones_like(wanted))
    found.backward(torch.ones_like(found))
    near = x.abs() < 100
    torch.testing.assert_close(found.float(), wanted, atol=1e-6, rtol=2**-8)
    torch.testing.assert_close(ours.grad.float()[near], exact.grad[near], atol=1e-3, rtol=2**-8)


@pytest.mark.parametrize("tokens", [5, 64, 1001])
def test_the_loss_and_its_gradients(tokens, monkeypatch):
    monkeypatch.setattr("train.loss.CHUNK", 48)
    torch.manual_seed(0)
    values = [torch.randn(100, 32), torch.randn(tokens, 32), torch.randn(tokens)]
    targets = torch.randint(0, tokens, (100,))
    targets[::7] = -1
    results = []
    for fast, dtype in ((False, torch.float32), (False, torch.bfloat16), (True, torch.bfloat16)):
        if not fast:
            monkeypatch.setattr(kernels, "ready", lambda: False)
        hidden, weight = (v.bfloat16().to(dtype).requires_grad_() for v in values[:2])
        bias = values[2].clone().requires_grad_()
        total, counted = cross_entropy(hidden, weight, bias, targets)
        assert counted == 85
        (total / counted).backward()
        results.append([total.detach(), hidden.grad, weight.grad, bias.grad])
        monkeypatch.undo() if not fast else None
        monkeypatch.setattr("train.loss.CHUNK", 48)
    for exact, torchs, ours in zip(*results):
        assert error(ours, exact) < max(1.3 * error(torchs, exact), 1e-6), (error(ours, exact), error(torchs, exact))
        assert error(torchs, exact) < 0.02


def test_a_whole_model_learns_the_same_with_them():
    torch.manual_seed(0)
    model = CodeGen(Shape(layers=2, width=64, heads=2, rotary=16, context=128, vocabulary=500))
    tokens = torch.randint(0, 500, (2, 128))

    def gradients():
        model.zero_grad()
        loss, counted = model(tokens, tokens.roll(-1, 1))
        (loss / counted).backward()
        return float(loss.detach() / counted), {name: p.grad.clone() for name, p in model.named_parameters()}

    ours, by_ours = gradients()
    model.dtype = torch.float32
    exact, by_exact = gradients()
    assert abs(ours - exact) < 0.01 * exact
    for name, gradient in by_ours.items():
        assert error(gradient, by_exact[name]) < 0.06, name


def test_lengths_that_do_not_fit_go_another_way():
    assert kernels.fit(128, 64, torch.device("cpu"), torch.bfloat16)
    for length, dim, dtype in ((100, 64, torch.bfloat16), (128, 48, torch.bfloat16), (128, 64, torch.float32)):
        assert not kernels.fit(length, dim, torch.device("cpu"), dtype)
    with pytest.raises(RuntimeError, match="multiple of 64"):
        kernels.attention(torch.zeros(1, 100, 192, dtype=torch.bfloat16), *rotary_table(100, 32), 1)
