"""The training run: batches in, checkpoints out, stopped and resumed anywhere."""

import json
import os
import signal
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
import torch.distributed as dist

from . import convert, loss
from .model import CodeGen, Shape
from .optim import Optimizer, rate_at
from .shards import Group, Windows, groups_of
from .vocabulary import Vocabulary


@dataclass
class Plan:
    """What a run does. All of it may change from one stretch of a run to the next, the model's shape and vocabulary excepted."""

    folder: str
    data: list[str] = field(default_factory=list)
    heldout: list[str] = field(default_factory=list)
    window: int = 1024
    batch: int = 16
    micro: int = 8
    rate: float = 2e-3
    warmup: int = 1_000_000
    weight_decay: float = 0.1
    clip: float = 1.0
    muon: bool = True
    spell: float = 0.9
    whole: float = 0.5
    seed: int = 1
    until: int = 10**12
    decay_tokens: int = 0
    decay_shape: str = "linear"
    save_minutes: float = 5.0
    minutes: float = 0.0
    snapshot_tokens: int = 10_000_000
    log_steps: int = 10
    evaluate_tokens: int = 1_000_000
    compile: bool = True


class Run:
    """Model, optimizer, data and position of a run, all of which a checkpoint holds."""

    def __init__(self, plan: Plan, model: CodeGen, vocabulary: Vocabulary | None, device: str = "cpu") -> None:
        self.plan, self.vocabulary, self.device = plan, vocabulary, device
        self.rank = dist.get_rank() if dist.is_initialized() else 0
        self.world = dist.get_world_size() if dist.is_initialized() else 1
        self.model = model.to(device)
        self.optimizer = Optimizer(self.model, plan.muon, plan.weight_decay)
        self.windows = Windows(groups_of(plan.data), vocabulary, plan.window, plan.seed, plan.spell, plan.whole, self.rank, self.world)
        self.position = self.windows.state()
        self.batches = None
        self.tokens = self.step = 0
        self.decay_from: int | None = None
        self.folder = Path(plan.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.stopping = False
        if device == "cuda":
            loss.CHUNK = 16384
        if plan.compile:
            loss.compile_loss()
            for block in self.model.blocks:
                block.compile(dynamic=False)

    def checkpoint(self) -> dict:
        """Everything that resuming needs."""
        return {
            "model": self.model.state_dict(),
            "shape": asdict(self.model.shape),
            "tied": self.model.tied,
            "optimizer": self.optimizer.state(),
            "tokens": self.tokens,
            "step": self.step,
            "windows": self.position,
            "decay_from": self.decay_from,
            "plan": asdict(self.plan),
            "random": torch.get_rng_state(),
        }

    def save(self, name: str = "latest.pt") -> None:
        """Writes a checkpoint beside, syncs it, and gives it its name."""
        if self.rank:
            return
        beside = self.folder / (name + ".part")
        with beside.open("wb") as out:
            torch.save(self.checkpoint(), out)
            out.flush()
            os.fsync(out.fileno())
        os.replace(beside, self.folder / name)

    def resume(self, name: str = "latest.pt") -> bool:
        """Goes on from the checkpoint if there is one."""
        path = self.folder / name
        if not path.exists():
            return False
        saved = torch.load(path, map_location="cpu", weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.optimizer.restore(saved["optimizer"])
        self.windows.restore(saved["windows"])
        self.position, self.batches = self.windows.state(), None
        self.tokens, self.step, self.decay_from = saved["tokens"], saved["step"], saved["decay_from"]
        torch.set_rng_state(saved["random"])
        return True

    def one_step(self) -> tuple[float, float, float]:
        """One update: the loss in nats per target, the gradient's norm, and the learning rate."""
        plan = self.plan
        if plan.decay_tokens and self.decay_from is None:
            self.decay_from = self.tokens
        if self.batches is None:
            self.batches = self.windows.ahead(plan.batch)
        inputs, targets, self.position = next(self.batches)
        for parameter in self.model.parameters():
            parameter.grad = None
        counted = max(1, int(self.sum(torch.tensor((targets >= 0).sum()))))
        total = torch.zeros((), device=self.device)
        for begin in range(0, plan.batch, plan.micro):
            x = torch.from_numpy(inputs[begin : begin + plan.micro]).to(self.device)
            y = torch.from_numpy(targets[begin : begin + plan.micro]).to(self.device)
            summed, _ = self.model(x, y)
            (summed / counted).backward()
            total += summed.detach()
        for parameter in self.model.parameters():
            self.sum(parameter.grad)
        rate = rate_at(self.tokens, plan.rate, plan.warmup, self.decay_from, plan.decay_tokens, plan.decay_shape)
        norm = self.optimizer.clip(plan.clip)
        self.optimizer.step(rate)
        self.tokens += inputs.size * self.world
        self.step += 1
        return float(self.sum(total)) / counted, norm, rate

    def sum(self, value: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, in place where there are several and the value is on their device."""
        if self.world > 1:
            value = value.to(self.device)
            dist.all_reduce(value)
        return value

    @torch.no_grad()
    def heldout_loss(self, windows: int = 48) -> dict[str, float]:
        """Nats per target on the same windows of each held-out shard every time."""
        found = {}
        for pattern in self.plan.heldout:
            for path in sorted(Path(pattern).parent.glob(Path(pattern).name + ".tokens")):
                reader = Windows([Group([path], 1.0)], self.vocabulary, self.plan.window, 0, spell=1.0, whole=0.0)
                total, count = 0.0, 0
                for _ in range(max(1, min(windows, int(reader.ends[0][-1])) // self.plan.micro)):
                    x, y = reader.batch(self.plan.micro)
                    summed, counted = self.model(torch.from_numpy(x).to(self.device), torch.from_numpy(y).to(self.device))
                    total, count = total + float(summed), count + int(counted)
                found[path.stem] = total / max(1, count)
        return found

    def log(self, **values) -> None:
        """A line of JSON to the log and to standard output."""
        if self.rank == 0:
            line = json.dumps(
                {
                    "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
                    **{k: round(v, 6) if isinstance(v, float) else v for k, v in values.items()},
                }
            )
            with (self.folder / "log.jsonl").open("a") as out:
                out.write(line + "\n")
            print(line, flush=True)

    def train(self) -> None:
        """Trains until the plan's number of tokens, the end of the decay, or a signal; saves on the way and at the end."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: setattr(self, "stopping", True))
        plan, last_save, first = self.plan, time.monotonic(), time.monotonic()
        began, tokens_before, busy_before, losses = time.monotonic(), self.tokens, time.process_time(), []
        while not self.stopping and self.tokens < plan.until:
            if self.decay_from is not None and self.tokens >= self.decay_from + plan.decay_tokens:
                break
            before = self.tokens
            mean, norm, rate = self.one_step()
            losses.append(mean)
            if self.step % plan.log_steps == 0:
                seconds, busy = time.monotonic() - began, time.process_time() - busy_before
                self.log(
                    step=self.step,
                    tokens=self.tokens,
                    loss=sum(losses) / len(losses),
                    norm=norm,
                    rate=rate,
                    tokens_per_second=(self.tokens - tokens_before) / seconds,
                    tokens_per_core_second=(self.tokens - tokens_before) / max(busy, 1e-9),
                )
                began, tokens_before, busy_before, losses = time.monotonic(), self.tokens, time.process_time(), []
            if plan.heldout and self.tokens // plan.evaluate_tokens != before // plan.evaluate_tokens:
                self.log(step=self.step, tokens=self.tokens, **self.heldout_loss())
                began, tokens_before, busy_before = time.monotonic(), self.tokens, time.process_time()
            if time.monotonic() - last_save > 60 * plan.save_minutes:
                self.save()
                last_save = time.monotonic()
            if self.tokens // plan.snapshot_tokens != before // plan.snapshot_tokens:
                self.snapshot()
            # On a machine that is lent for a time the run ends itself before it is ended.
            self.stopping |= 0 < plan.minutes < (time.monotonic() - first) / 60
        self.save()
        self.log(event="stopped" if self.stopping else "finished", step=self.step, tokens=self.tokens)

    def snapshot(self) -> None:
        """Keeps the model as it is now as a Hugging Face folder, under the number of tokens it has seen."""
        if self.rank == 0:
            convert.export(self.model, self.folder / f"snapshot-{self.tokens // 1_000_000}M")


def saved_model(path: Path) -> tuple[CodeGen, dict]:
    """The model of a checkpoint, and the checkpoint."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    model = CodeGen(Shape(**saved["shape"]), saved["model"]["active"], saved["tied"])
    model.load_state_dict(saved["model"])
    return model, saved


def new_model(shape: Shape, vocabulary: Vocabulary | None, tied: bool, seed: int) -> CodeGen:
    """A model with drawn weights."""
    torch.manual_seed(seed)
    return CodeGen(shape, torch.from_numpy(vocabulary.active) if vocabulary else None, tied)
