"""Muon for the matrices inside the blocks, AdamW for everything else, and a schedule that can be stopped and continued."""

import math

import torch
from torch import Tensor, nn


def orthogonalized(matrix: Tensor, steps: int = 5) -> Tensor:
    """The nearest semi-orthogonal matrix, about: Newton-Schulz iterations as in Muon (Jordan et al., 2024)."""
    a, b, c = 3.4445, -4.7750, 2.0315
    x = matrix.to(torch.bfloat16)
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.t()
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.t()
        x = a * x + (b * gram + c * gram @ gram) @ x
    return (x.t() if tall else x).float()


class Optimizer:
    """One learning rate for all: Muon's updates are scaled to the size that AdamW's have (Liu et al., 2025)."""

    def __init__(
        self,
        model: nn.Module,
        muon: bool = True,
        weight_decay: float = 0.1,
        betas: tuple[float, float] = (0.9, 0.95),
        momentum: float = 0.95,
    ) -> None:
        self.named = dict(model.named_parameters())
        self.weight_decay, self.momentum = weight_decay, momentum
        inside = [name for name, p in self.named.items() if p.dim() == 2 and name.startswith("blocks.")]
        self.moments = {name: torch.zeros_like(self.named[name]) for name in inside if muon}
        # Embeddings, biases and norms are not decayed: most rows of the embedding get a gradient only now and then.
        decayed = [self.named[name] for name in inside if not muon]
        free = [p for name, p in self.named.items() if name not in inside]
        groups = [{"params": part, "weight_decay": decay} for part, decay in ((decayed, weight_decay), (free, 0.0)) if part]
        self.adam = torch.optim.AdamW(groups, betas=betas, eps=1e-10, fused=True)

    @torch.no_grad()
    def step(self, rate: float) -> None:
        """Updates the parameters by their gradients, which are left as they are."""
        for name, moment in self.moments.items():
            parameter = self.named[name]
            moment.lerp_(parameter.grad, 1 - self.momentum)
            update = orthogonalized(parameter.grad.lerp(moment, self.momentum))
            parameter.mul_(1 - rate * self.weight_decay)
            parameter.add_(update, alpha=-rate * 0.2 * math.sqrt(max(parameter.shape)))
        for group in self.adam.param_groups:
            group["lr"] = rate
        self.adam.step()

    def clip(self, limit: float) -> float:
        """Scales all gradients down so that their norm is at most `limit`; the norm before."""
        return float(nn.utils.clip_grad_norm_([p for p in self.named.values()], limit))

    def state(self) -> dict:
        """What a checkpoint keeps."""
        return {"muon": self.moments, "adam": self.adam.state_dict()}

    def restore(self, state: dict) -> None:
        """Takes over a state of the same parameters."""
        for name, value in state["muon"].items():
            self.moments[name].copy_(value)
        self.adam.load_state_dict(state["adam"])


def rate_at(tokens: int, peak: float, warmup: int, decay_from: int | None, decay_tokens: int, shape: str = "linear", start: int = 0) -> float:
    """The learning rate after so many tokens: warm-up, then constant until the decay is started, then down to zero over `decay_tokens`.

    A run that is continued on other days stays in the constant part; only its last stretch decays.
    """
    rate = peak * min(1.0, (tokens - start + 1) / max(1, warmup))
    if decay_from is not None:
        share = min(1.0, max(0.0, (tokens - decay_from) / max(1, decay_tokens)))
        rate *= 0.5 * (1 + math.cos(math.pi * share)) if shape == "cosine" else 1 - share
    return rate
