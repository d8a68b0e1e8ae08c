"""After fine-tuning on a made-up package its idioms are completed, where before they weren't; a base can be had by name, or be the built-in file."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
import torch

from train import convert
from train.decode import Decoder
from train.finetune import finetune, sources
from train.model import CodeGen, Shape
from train.tokenizer import BUILTIN, load

from .conftest import FIXTURES

IDIOM = 'from gizmo import Widget\n\n\ndef build_{0}():\n    widget = Widget.assemble("{0}", strict=True)\n    widget.polish()\n    return widget\n'
PROMPT = "from gizmo import Widget\n\n\ndef build_lamp():\n    widget = Widget."


@pytest.fixture
def tokenizer():
    """A tokenizer with 320 tokens, so that a model is tiny, head and all."""
    return load(FIXTURES / "heads-4x32" / "tokenizer.json")


@pytest.fixture
def repository(tmp_path):
    for name in ("chair", "table", "clock", "spoon", "radio"):
        (tmp_path / "repo").mkdir(exist_ok=True)
        (tmp_path / "repo" / f"{name}.py").write_text("# Copyright 2020 The Gizmo Authors.\n\n" + IDIOM.format(name))
    (tmp_path / "repo" / ".venv").mkdir()
    (tmp_path / "repo" / ".venv" / "other.py").write_text("not_ours = 1\n")
    return tmp_path / "repo"


@pytest.fixture
def base(tmp_path, tokenizer):
    """A tiny model that knows another package's idioms."""
    torch.manual_seed(1)
    convert.export(CodeGen(Shape(2, 64, 4, 8, 256, 320), dtype=torch.float32, tied=False), tmp_path / "drawn", tokenizer)
    (tmp_path / "other").mkdir()
    for name in ("chair", "table", "lamp", "knife", "plate"):
        text = IDIOM.format(name).replace("assemble", "create").replace("polish", "check").replace("strict=True", "lazy=False")
        (tmp_path / "other" / f"{name}.py").write_text(text)
    finetune(tmp_path / "drawn", tmp_path / "other", tmp_path / "base", epochs=100, rate=5e-3, window=128, batch=4)
    return tmp_path / "base"


def completed(folder, tokenizer) -> str:
    return Decoder(convert.load(folder, dtype=torch.float32), tokenizer).complete(PROMPT, 60, lambda text: "\n" in text)


def test_only_code_of_the_repository_itself_is_taken(repository):
    texts = sources(repository)
    assert len(texts) == 5 and all(text.startswith("from gizmo") for text in texts)
    with pytest.raises(FileNotFoundError, match="no Python file"):
        sources(repository / ".venv" / "nothing")


@pytest.mark.parametrize("lora", [0, pytest.param(8, marks=pytest.mark.slow)])
def test_a_packages_idioms_are_learnt(repository, base, tmp_path, tokenizer, lora):
    assert completed(base, tokenizer).startswith("create(")
    finetune(base, repository, tmp_path / "tuned", epochs=300, rate=5e-3, window=128, batch=4, lora=lora)
    assert completed(tmp_path / "tuned", tokenizer).startswith("assemble(")
    assert (tmp_path / "tuned" / "adapter" / "adapter_model.safetensors").exists() == bool(lora)
    assert not (tmp_path / "tuned.work").exists()


@pytest.mark.slow
@pytest.mark.parametrize(("lora", "rate", "epochs"), [(0, 3e-4, 40), (8, 3e-3, 80)])
def test_the_built_in_file_learns_words_that_it_writes_in_pieces(repository, tmp_path, lora, rate, epochs):
    for path in repository.glob("*.py"):
        path.write_text(path.read_text().replace("assemble", "advertising"))
    tokenizer = load()
    vocabulary = convert.vocabulary_of(BUILTIN, tokenizer)
    assert len(vocabulary.pieces[tokenizer.token_to_id("advertising")]) > 1
    finetune(BUILTIN, repository, tmp_path / "tuned", epochs=epochs, rate=rate, window=128, batch=4, lora=lora)
    for model, expected in ((BUILTIN, False), (tmp_path / "tuned", True)):
        # What is never written has stayed so, and the engine sees it.
        assert np.array_equal(convert.active_of(model), vocabulary.active)
        decoder = Decoder(convert.load(model, dtype=torch.float32), tokenizer, vocabulary)
        found = decoder.complete(PROMPT, 30, lambda text: "\n" in text)
        assert found.startswith('advertising("lamp", strict=True)') == expected, found


@pytest.fixture
def hub(tmp_path):
    """A server that answers as the Hugging Face Hub does, with one model whose files lie in a folder; yields its address, the folder, and what was asked for."""
    folder, asked = tmp_path / "hub", []
    folder.mkdir()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            asked.append(self.path)
            parts = self.path.split("?")[0].strip("/").split("/")
            if parts[:2] == ["api", "models"] and parts[2:4] == ["Salesforce", "codegen-tiny"]:
                paths = sorted(folder.iterdir())
                tree = [{"type": "file", "path": path.name, "size": path.stat().st_size, "oid": "b" * 40} for path in paths]
                info = {"id": "Salesforce/codegen-tiny", "sha": "a" * 40, "siblings": [{"rfilename": path.name} for path in paths]}
                self.answer(json.dumps(tree if parts[4] == "tree" else info).encode(), "application/json")
            elif parts[:3] == ["Salesforce", "codegen-tiny", "resolve"] and (folder / parts[-1]).exists():
                self.answer((folder / parts[-1]).read_bytes(), "application/octet-stream")
            else:
                self.send_response(404)
                self.send_header("X-Error-Code", "RepoNotFound")
                self.send_header("Content-Length", "0")
                self.end_headers()

        do_HEAD = do_GET

        def answer(self, body, kind):
            self.send_response(200)
            for name, value in (
                ("Content-Type", kind),
                ("Content-Length", str(len(body))),
                ("ETag", f'"{hashlib.sha1(body).hexdigest()}"'),
                ("X-Repo-Commit", "a" * 40),
            ):
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", folder, asked
    server.shutdown()


def command(hub, tmp_path, *options):
    environment = {**os.environ, "HF_ENDPOINT": hub, "HF_HOME": str(tmp_path / "home"), "HF_HUB_DISABLE_XET": "1", "NO_PROXY": "127.0.0.1"}
    return subprocess.run(
        [sys.executable, "-m", "train", "finetune", *map(str, options)],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.mark.slow
def test_a_released_model_is_taken_by_its_name(hub, repository, tmp_path, tokenizer):
    address, folder, asked = hub
    torch.manual_seed(1)
    convert.export(CodeGen(Shape(1, 64, 4, 8, 256, 320), dtype=torch.float32, tied=False), tmp_path / "drawn", tokenizer)
    tensors, _ = convert.read(tmp_path / "drawn")
    torch.save(tensors, folder / "pytorch_model.bin")
    for name in ("config.json", "tokenizer.json"):
        (folder / name).write_bytes((tmp_path / "drawn" / name).read_bytes())
    (folder / "tf_model.h5").write_bytes(b"not wanted")
    options = ["--data", repository, "--to", tmp_path / "tuned", "--epochs", 1, "--window", 64, "--cpu"]
    done = command(address, tmp_path, "--base", "codegen-tiny", *options)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "tuned" / "model.safetensors").exists()
    assert any("pytorch_model.bin" in path for path in asked) and not any("tf_model" in path for path in asked)

    missing = command(address, tmp_path, "--base", "codegen-small", *options)
    assert missing.returncode and "Salesforce/codegen-small cannot be downloaded" in missing.stderr and "Traceback" not in missing.stderr
    missing = command(address, tmp_path, "--base", "./nowhere", *options)
    assert missing.returncode and "no such folder or file: ./nowhere" in missing.stderr
