"""Fine-tunes a CodeGen on the Python files of a repository: all weights with this trainer, or LoRA adapters with peft."""

import math
import re
import shutil
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from . import convert, qkv
from . import tokenizer as tokenizers
from .data.clean import header_length
from .data.pack import end_of
from .loop import Plan, Run
from .optim import rate_at
from .shards import Group, Windows
from .vocabulary import Vocabulary

# Folders of a repository that hold other people's code, or none.
SKIPPED = {"node_modules", "site-packages", "build", "dist", "__pycache__", "venv", "env"}
TARGETS = ["qkv_proj", "out_proj", "fc_in", "fc_out"]


def sources(repository: Path) -> list[str]:
    """The texts of the repository's Python files, licence headers cut off; what is hidden, built or installed is left out."""
    texts = []
    for path in sorted(repository.rglob("*.py")):
        parts = path.relative_to(repository).parts
        if any(part in SKIPPED or part.startswith(".") for part in parts):
            continue
        lines = path.read_text(encoding="utf-8", errors="replace").replace("\r\n", "\n").split("\n")
        text = "\n".join(lines[header_length(lines) :]).strip("\n")
        if text:
            texts.append(text + "\n")
    if not texts:
        raise FileNotFoundError(f"no Python file in {repository}")
    return texts


def base_model(name: str) -> Path:
    """A folder or a GGUF as it is; a released model's name, as codegen-350M-mono or Salesforce/codegen-350M-mono, downloaded from the Hugging Face Hub if need be.

    `HF_ENDPOINT`, `HF_HOME` and `HF_HUB_OFFLINE` are heeded.
    """
    if (path := Path(name).expanduser()).exists():
        return path
    if not re.fullmatch(r"([\w.-]+/)?[\w.-]+", name) or name.startswith("."):
        raise FileNotFoundError(f"no such folder or file: {name}")
    from huggingface_hub import HfApi, constants, snapshot_download

    repository, weights = name if "/" in name else f"Salesforce/{name}", ["*.safetensors", "pytorch_model*.bin"]
    try:
        if not constants.HF_HUB_OFFLINE:
            there = HfApi().list_repo_files(repository)
            weights = weights[:1] if any(file.endswith(".safetensors") for file in there) else weights[1:]
        return Path(snapshot_download(repository, allow_patterns=["config.json", "tokenizer.json", "*.py", *weights]))
    except OSError as error:
        raise FileNotFoundError(f"{name} is no folder, and {repository} cannot be downloaded: {error}") from error


def base_tokenizer(base: Path) -> Tokenizer:
    """The tokenizer in the base's folder, or CodeGen's where it has none."""
    own = base / "tokenizer.json"
    return tokenizers.load(own) if own.exists() else tokenizers.load()


def pack(repository: Path, folder: Path, tokenizer: Tokenizer, vocabulary: Vocabulary | None) -> int:
    """Packs the repository's files into one shard, in the tokens that the model writes; how many these are."""
    end, texts = end_of(tokenizer), sources(repository)
    tokens = np.concatenate([[*tokenizer.encode(text).ids, end] for text in texts])
    if vocabulary:
        tokens = vocabulary.spelled(tokens)
    folder.mkdir(parents=True)
    tokens.astype(np.uint16).tofile(folder / "repository.tokens")
    return len(tokens)


def finetune(
    base: Path | str,
    repository: Path,
    to: Path,
    epochs: float = 3.0,
    rate: float = 1e-4,
    window: int = 512,
    batch: int = 8,
    lora: int = 0,
    seed: int = 1,
    device: str = "cpu",
) -> None:
    """Trains the base, a folder, a GGUF or a released model's name, on the repository for so many epochs and writes the result to `to`, a Hugging Face folder that `codegen-lsp model convert` takes.

    With `lora` (a rank) only adapters are trained; they are merged in the result, and kept beside it in peft's format in `to`/adapter.
    """
    base = base_model(str(base))
    if lora and base.is_dir() and convert.blocks(base) != qkv.BLOCKS:
        raise ValueError(f"{base} has its rows in CodeGen2's order, which adapters would not be in; fine-tune all of its weights, without --lora")
    work, tokenizer = to.with_name(to.name + ".work"), base_tokenizer(base)
    shutil.rmtree(work, ignore_errors=True)
    tokens = pack(repository, work, tokenizer, convert.vocabulary_of(base, tokenizer))
    if base.is_file():
        # transformers reads folders.
        convert.export(convert.load(base, dtype=torch.float32), work / "base", tokenizer, torch.float32)
        base = work / "base"
    window = min(window, max(16, tokens - 1))
    total = max(batch * window, int(tokens * epochs))
    print(f"{tokens} tokens in {repository}, {total} to train on")
    if lora:
        _adapters(base, work, to, tokenizer, total, rate, window, batch, lora, seed, device)
    else:
        model = convert.load(base, dtype=torch.bfloat16 if device == "cuda" else torch.float32)
        plan = Plan(
            str(work / "run"),
            [f"{work}/repository=1"],
            window=min(window, model.shape.context),
            batch=batch,
            micro=min(batch, 4),
            rate=rate,
            warmup=total // 20,
            decay_tokens=total,
            muon=False,
            weight_decay=0.0,
            seed=seed,
            compile=False,
            save_minutes=10,
            snapshot_tokens=10**12,
        )
        Run(plan, model, None, device).train()
        convert.export(model, to, tokenizer)
    shutil.rmtree(work)


def _adapters(
    base: Path, work: Path, to: Path, tokenizer: Tokenizer, total: int, rate: float, window: int, batch: int, rank: int, seed: int, device: str
) -> None:
    """LoRA with peft on transformers' own CodeGen."""
    from peft import LoraConfig, get_peft_model
    from transformers import CodeGenForCausalLM

    torch.manual_seed(seed)
    original = CodeGenForCausalLM.from_pretrained(base, dtype=torch.float32)
    window = min(window, original.config.n_positions)
    model = get_peft_model(original, LoraConfig(r=rank, lora_alpha=2 * rank, lora_dropout=0.0, target_modules=TARGETS, task_type="CAUSAL_LM")).to(
        device
    )
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], weight_decay=0.0)
    windows, seen = Windows([Group([work / "repository.tokens"], 1.0)], None, window, seed), 0
    steps = math.ceil(total / (batch * window))
    for step in range(steps):
        inputs, targets = (torch.from_numpy(a).to(device) for a in windows.batch(batch))
        logits = model(input_ids=inputs).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1).float(), targets.flatten(), ignore_index=-1)
        for group in optimizer.param_groups:
            group["lr"] = rate_at(seen, rate, total // 20, 0, total)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([p for p in model.parameters() if p.requires_grad], 1.0)
        optimizer.step()
        seen += inputs.numel()
        if step % 10 == 0 or step == steps - 1:
            print(f"step {step + 1} of {steps}: {loss.item():.3f} nats per token", flush=True)
    shutil.rmtree(to, ignore_errors=True)
    model.save_pretrained(to / "adapter")
    merged = model.merge_and_unload()
    merged.half().save_pretrained(to)
    tokenizer.save(str(to / "tokenizer.json"))
