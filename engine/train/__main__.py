"""python -m train COMMAND: fetch, generate, prepare, grow, train, export, evaluate, own, product, gate, finetune."""

import argparse
import json
import os
import sys
from collections import defaultdict
from pathlib import Path


def fetch(options: argparse.Namespace) -> None:
    """Downloads the packages of the list and writes their manifest."""
    from .data import packages

    packages.fetch_all(options.to, packages.read_list(options.list), options.megabytes * 1_000_000)


def generate(options: argparse.Namespace) -> None:
    """Generates programs of one kind, executed and checked."""
    from .programs import generate as programs

    print(dict(programs.write(str(options.to), options.kind, options.seed, options.count, options.workers)))


def prepare(options: argparse.Namespace) -> None:
    """Cleans, deduplicates and packs packages and generated programs into token shards. Shards that are there are kept."""
    from . import tokenizer as tokenizers
    from .data import prepare as steps
    from .data.exclude import Benchmarks

    tokenizer, benchmarks = tokenizers.load(options.tokenizer), Benchmarks(options.exclude)
    if not benchmarks.sources:
        print("no benchmark was given (--exclude): nothing is checked against any", file=sys.stderr)
    if options.packages and not (options.to / "report.json").exists():
        print(json.dumps(steps.from_packages(options.packages, options.to, tokenizer, benchmarks, options.workers, options.standard_library)))
    for source in options.programs:
        if not (options.to / f"{source.stem}.tokens").exists():
            print(source.name, json.dumps(steps.from_programs(source, options.to, tokenizer, benchmarks)))


def train(options: argparse.Namespace) -> None:
    """Trains, or goes on from the run's last checkpoint."""
    import numpy as np
    import torch
    import torch.distributed as dist

    from . import convert, loop
    from . import tokenizer as tokenizers
    from .model import Shape
    from .shards import groups_of
    from .vocabulary import SIZE, Vocabulary, choose_active, counts

    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() and not options.cpu else "cpu"
    if "RANK" in os.environ:
        dist.init_process_group("nccl" if device == "cuda" else "gloo")
        if device == "cuda":
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    tokenizer = tokenizers.load(options.tokenizer)
    options.run.mkdir(parents=True, exist_ok=True)
    active_file, vocabulary = options.run / "active.npy", None
    if active_file.exists():
        vocabulary = Vocabulary(np.load(active_file), tokenizer)
    elif options.init and not options.vocabulary:
        # What the first model writes is what the new one goes on with, unless another part is asked for.
        vocabulary = convert.vocabulary_of(options.init, tokenizer)
        if vocabulary is not None:
            np.save(active_file, vocabulary.active)
    elif options.vocabulary:
        found = np.zeros(SIZE)
        for group in groups_of(options.data):
            part = counts(group.paths)
            found += part / part.sum() * group.weight
        vocabulary = Vocabulary(choose_active(found, options.vocabulary, tokenizer), tokenizer)
        np.save(active_file, vocabulary.active)
        print(f"{len(vocabulary.active)} active tokens, {found[vocabulary.active].sum() / found.sum():.4f} of the data")
    plan = loop.Plan(
        folder=str(options.run),
        **{
            k: getattr(options, k)
            for k in (
                "data",
                "heldout",
                "window",
                "batch",
                "micro",
                "rate",
                "warmup",
                "weight_decay",
                "spell",
                "whole",
                "seed",
                "until",
                "decay_tokens",
                "decay_shape",
                "save_minutes",
                "minutes",
                "snapshot_tokens",
                "evaluate_tokens",
                "log_steps",
            )
        },
        muon=not options.adamw,
        compile=not options.no_compile,
    )
    if (options.run / "latest.pt").exists():
        model, _ = loop.saved_model(options.run / "latest.pt")
    elif options.init:
        model = convert.load(options.init, vocabulary, context=options.context, tied=False if options.untied else None)
    else:
        shape = Shape(options.layers, options.width, options.heads, options.rotary, options.context or options.window, SIZE)
        model = loop.new_model(shape, vocabulary, tied=vocabulary is not None, seed=options.seed)
    run = loop.Run(plan, model, vocabulary, device)
    resumed = run.resume()
    run.log(
        event="resumed" if resumed else "started",
        tokens=run.tokens,
        step=run.step,
        parameters=sum(p.numel() for p in model.parameters()),
        plan=str(plan),
    )
    run.train()


def grow(options: argparse.Namespace) -> None:
    """Writes a larger model that gives the same logits: more blocks, twice the width, or both."""
    import torch

    from . import convert
    from . import grow as larger
    from . import tokenizer as tokenizers

    tokenizer = tokenizers.load(options.tokenizer)
    model = convert.load(options.model, convert.vocabulary_of(options.model, tokenizer), dtype=torch.float32)
    if options.double:
        model = larger.doubled(model)
    if options.layers:
        model = larger.deepened(model, options.layers)
    convert.export(model, options.to, tokenizer, torch.float32)
    print(f"{options.to}: {model.shape}, {sum(p.numel() for p in model.parameters())} parameters")


def export(options: argparse.Namespace) -> None:
    """Writes a run's model as a Hugging Face folder."""
    import torch

    from . import convert
    from . import tokenizer as tokenizers
    from .loop import saved_model

    model, saved = saved_model(options.run / options.checkpoint)
    convert.export(model, options.to, tokenizers.load(options.tokenizer), torch.float32 if options.float32 else torch.float16)
    print(f"{options.to}: {saved['tokens']} tokens seen")


def evaluate(options: argparse.Namespace) -> None:
    """Measures models beside each other."""
    import torch

    from . import convert
    from . import tokenizer as tokenizers
    from .decode import Decoder
    from .evaluate import text, turns

    torch.set_num_threads(options.threads)
    tokenizer = tokenizers.load(options.tokenizer)
    active = {path: convert.active_of(path) for path in options.model}
    common = set.intersection(*(set(map(int, a)) for a in active.values()))
    chosen = text.places(text.files(options.heldout), options.places) if "lines" in options.measure else []
    for path in options.model:
        model = convert.load(path, dtype=torch.float32)
        vocabulary = convert.vocabulary_of(path, tokenizer)
        decoder, found = Decoder(model, tokenizer, vocabulary), {"model": str(path)}
        if "bits" in options.measure:
            found["bits"] = text.bits_per_byte(model, tokenizer, text.files(options.heldout), common, options.bytes, vocabulary, options.window)
        if "lines" in options.measure:
            found["lines"] = text.complete_lines(decoder, chosen)
        for arm in ("multi", "single"):
            if arm in options.measure:
                results = list(turns.run(decoder, arm, options.problems))
                by_category: dict[str, list[bool]] = defaultdict(list)
                for result in results:
                    by_category[result["category"]].append(result["passed"])
                found[arm] = {
                    "passed": sum(r["passed"] for r in results) / len(results),
                    "samples": len(results),
                    "by_category": {k: round(sum(v) / len(v), 3) for k, v in sorted(by_category.items())},
                }
                if options.programs_to:
                    with options.programs_to.open("a") as out:
                        for result in results:
                            out.write(json.dumps({"model": str(path), "arm": arm, **result}) + "\n")
        print(json.dumps(found), flush=True)


def own(options: argparse.Namespace) -> None:
    """Lets a model write programs for generated prompts, and keeps those that give the generator's answers."""
    import torch

    from . import convert
    from . import own as sampling
    from . import tokenizer as tokenizers
    from .decode import Decoder

    torch.set_num_threads(options.threads)
    tokenizer = tokenizers.load(options.tokenizer)
    decoder = Decoder(convert.load(options.model, dtype=torch.float32), tokenizer, convert.vocabulary_of(options.model, tokenizer))
    print(dict(sampling.write(options.programs, options.to, decoder, options.count, options.samples, options.temperature, options.seed)))


def product(options: argparse.Namespace) -> None:
    """Measures the suggestions that the built server shows with a model, as an editor gets them."""
    from .evaluate import product as served
    from .evaluate import text

    chosen = text.places(text.files(options.heldout), options.places)
    for gguf in options.gguf:
        print(json.dumps({"model": gguf.name, "product": served.measure(options.server, gguf, chosen)}), flush=True)


def gate(options: argparse.Namespace) -> None:
    """Learns by which weights a suggestion is judged (lsp/text/src/completion/confidence)."""
    from .gate import commands

    commands.run(options)


def finetune(options: argparse.Namespace) -> None:
    """Fine-tunes a CodeGen on the Python files of a repository."""
    import torch

    from . import finetune as tuning

    torch.set_num_threads(options.threads)
    device = "cuda" if torch.cuda.is_available() and not options.cpu else "cpu"
    tuning.finetune(
        options.base, options.data, options.to, options.epochs, options.rate, options.window, options.batch, options.lora, options.seed, device
    )
    print(f"{options.to}: convert it with `codegen-lsp model convert {options.to} -o NAME.gguf`")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="train", description="Trains small CodeGen models, and prepares what they are trained on.")
    commands = top.add_subparsers(dest="command", required=True)

    def command(function) -> argparse.ArgumentParser:
        added = commands.add_parser(
            function.__name__, help=function.__doc__, description=function.__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter
        )
        added.set_defaults(function=function)
        return added

    from .data.packages import LIST
    from .gate import commands as gate_commands
    from .tokenizer import BUILTIN

    c = command(fetch)
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--list", type=Path, default=LIST)
    c.add_argument("--megabytes", type=int, default=800)
    c = command(generate)
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--kind", choices=("turns", "basics", "functions", "classes", "loops", "composed", "exercises", "objects"), required=True)
    c.add_argument("--seed", type=int, default=1)
    c.add_argument("--count", type=int, default=10_000)
    c.add_argument("--workers", type=int, default=2)
    c = command(prepare)
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c.add_argument("--packages", type=Path)
    c.add_argument("--standard-library", type=Path)
    c.add_argument("--programs", type=Path, nargs="*", default=[])
    c.add_argument(
        "--exclude", type=Path, nargs="*", default=[], help="benchmark files (JSON lines, gzipped or not) whose problems must not be in the data"
    )
    c.add_argument("--workers", type=int, default=2)
    c = command(grow)
    c.add_argument("--model", type=Path, required=True, help="a Hugging Face CodeGen folder, or a GGUF of one")
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--layers", type=int, default=0, help="how many blocks the new model has; 0: as many as the old one")
    c.add_argument("--double", action="store_true", help="twice the width, heads and hidden units")
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c = command(train)
    c.add_argument("--run", type=Path, required=True)
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c.add_argument("--data", nargs="+", required=True, help="GLOB=WEIGHT of shards, one for each group")
    c.add_argument("--heldout", nargs="*", default=[], help="globs of shards to log the loss of")
    c.add_argument("--init", type=Path, help="a Hugging Face CodeGen folder, or a GGUF of one, to start from")
    c.add_argument(
        "--vocabulary",
        type=int,
        default=0,
        help="how many of the most frequent tokens the model learns to write; 0: those that --init writes, or all",
    )
    c.add_argument("--untied", action="store_true", help="let the head's rows part from the embedding's, where --init has them tied")
    for name, default in (
        ("layers", 8),
        ("width", 256),
        ("heads", 4),
        ("rotary", 32),
        ("context", 0),
        ("window", 1024),
        ("batch", 16),
        ("micro", 8),
        ("seed", 1),
        ("threads", 2),
        ("log-steps", 10),
    ):
        c.add_argument(f"--{name}", type=int, default=default)
    for name, default in (("warmup", 1_000_000), ("until", 10**12), ("snapshot-tokens", 10_000_000), ("evaluate-tokens", 1_000_000)):
        c.add_argument(f"--{name}", type=int, default=default)
    c.add_argument(
        "--decay-tokens", type=int, default=0, help="start the last stretch now: the rate falls to zero over so many tokens, and the run ends"
    )
    c.add_argument("--decay-shape", choices=("linear", "cosine"), default="linear")
    c.add_argument("--rate", type=float, default=2e-3)
    c.add_argument("--weight-decay", type=float, default=0.1)
    c.add_argument("--spell", type=float, default=0.9, help="the share of windows in which rare tokens are replaced by their pieces")
    c.add_argument("--whole", type=float, default=0.5, help="the share of windows that begin where a document does")
    c.add_argument("--save-minutes", type=float, default=5.0)
    c.add_argument("--minutes", type=float, default=0.0, help="save and stop after so many minutes, as a signal does; 0: go on")
    for name in ("adamw", "no-compile", "cpu"):
        c.add_argument(f"--{name}", action="store_true")
    c = command(export)
    c.add_argument("--run", type=Path, required=True)
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c.add_argument("--checkpoint", default="latest.pt")
    c.add_argument("--float32", action="store_true")
    c = command(evaluate)
    c.add_argument("--model", type=Path, nargs="+", required=True, help="Hugging Face CodeGen folders, or GGUFs by `codegen-lsp model convert`")
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c.add_argument("--heldout", type=Path, help="heldout.jsonl of `prepare`")
    c.add_argument("--problems", type=Path, default=Path(__file__).with_name("evaluate") / "multi_turn_dev.jsonl")
    c.add_argument("--measure", nargs="+", choices=("bits", "lines", "multi", "single"), default=["multi"])
    c.add_argument("--places", type=int, default=500)
    c.add_argument("--bytes", type=int, default=2_000_000)
    c.add_argument("--window", type=int, help="count bits in windows of so many tokens; by default a model's context")
    c.add_argument("--threads", type=int, default=2)
    c.add_argument("--programs-to", type=Path, help="append every program and its verdict to this file")
    c = command(own)
    c.add_argument("--model", type=Path, required=True, help="a Hugging Face CodeGen folder, or a GGUF of one")
    c.add_argument("--programs", type=Path, required=True, help="a file of `generate`, of which the histories are taken")
    c.add_argument("--to", type=Path, required=True)
    c.add_argument("--temperature", type=float, default=0.6)
    for name, default in (("count", 1000), ("samples", 4), ("seed", 1), ("threads", 2)):
        c.add_argument(f"--{name}", type=int, default=default)
    c.add_argument("--tokenizer", type=Path, default=BUILTIN, help="a tokenizer.json, or a GGUF that holds one")
    c = command(product)
    c.add_argument("--gguf", type=Path, nargs="+", required=True)
    c.add_argument("--heldout", type=Path, required=True, help="heldout.jsonl of `prepare`")
    c.add_argument("--server", default="codegen-lsp", help="the program")
    c.add_argument("--places", type=int, default=500)
    gate_commands.add(command(gate))
    c = command(finetune)
    c.add_argument("--base", required=True, help="a Hugging Face CodeGen folder, a GGUF of one, or a released model's name, as codegen-350M-mono")
    c.add_argument("--data", type=Path, required=True, help="a repository or any folder with Python files")
    c.add_argument("--to", type=Path, required=True)
    c.add_argument(
        "--lora", type=int, default=0, metavar="RANK", help="train LoRA adapters of this rank with peft instead of all weights; merged in the result"
    )
    c.add_argument("--epochs", type=float, default=3.0)
    c.add_argument("--rate", type=float, default=1e-4)
    for name, default in (("window", 512), ("batch", 8), ("seed", 1), ("threads", 2)):
        c.add_argument(f"--{name}", type=int, default=default)
    c.add_argument("--cpu", action="store_true")
    return top


if __name__ == "__main__":
    chosen = parser().parse_args()
    try:
        chosen.function(chosen)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(f"train {chosen.command}: {error}")
