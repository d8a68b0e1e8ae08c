"""CodeGen's tokenizer: from a `tokenizer.json`, or from the built-in model's GGUF, which every checkout of this repository has."""

import json
import struct
from pathlib import Path
from typing import Any, BinaryIO

from tokenizers import Tokenizer

BUILTIN = Path(__file__).parents[2] / "fixtures" / "models" / "builtin.gguf"

# GGUF's kinds of values, as struct formats; 8 is a string and 9 an array.
FORMATS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
CONTROL, USER_DEFINED, UNUSED = 3, 4, 5


def _number(file: BinaryIO, code: str) -> Any:
    size = struct.calcsize("<" + code)
    return struct.unpack("<" + code, file.read(size))[0]


def _value(file: BinaryIO, kind: int) -> Any:
    if kind == 8:
        return file.read(_number(file, "Q")).decode("utf-8", "surrogateescape")
    if kind == 9:
        inner, count = _number(file, "I"), _number(file, "Q")
        return [_value(file, inner) for _ in range(count)]
    return _number(file, FORMATS[kind])


def gguf_metadata(path: Path) -> dict[str, Any]:
    """The metadata of a GGUF file."""
    with path.open("rb") as file:
        if file.read(4) != b"GGUF":
            raise ValueError(f"{path} is no GGUF file")
        _number(file, "I")
        _number(file, "Q")
        return {_value(file, 8): _value(file, _number(file, "I")) for _ in range(_number(file, "Q"))}


def load(path: Path = BUILTIN) -> Tokenizer:
    """The tokenizer of a `tokenizer.json` or of a GGUF with a GPT-2 tokenizer."""
    if path.suffix != ".gguf":
        return Tokenizer.from_file(str(path))
    metadata = gguf_metadata(path)
    tokens, kinds = metadata["tokenizer.ggml.tokens"], metadata["tokenizer.ggml.token_type"]
    added = [
        {
            "id": i,
            "content": token,
            "single_word": False,
            "lstrip": False,
            "rstrip": False,
            "normalized": kind == USER_DEFINED,
            "special": kind == CONTROL,
        }
        for i, (token, kind) in enumerate(zip(tokens, kinds))
        if kind in (CONTROL, USER_DEFINED)
    ]
    plain = {token: i for i, (token, kind) in enumerate(zip(tokens, kinds)) if kind not in (USER_DEFINED, UNUSED)}
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    model = {
        "type": "BPE",
        "dropout": None,
        "unk_token": None,
        "continuing_subword_prefix": None,
        "end_of_word_suffix": None,
        "fuse_unk": False,
        "byte_fallback": False,
        "ignore_merges": False,
        "vocab": plain,
        "merges": [merge.split(" ", 1) for merge in metadata["tokenizer.ggml.merges"]],
    }
    return Tokenizer.from_str(
        json.dumps(
            {
                "version": "1.0",
                "truncation": None,
                "padding": None,
                "added_tokens": added,
                "normalizer": None,
                "pre_tokenizer": byte_level,
                "post_processor": None,
                "decoder": byte_level,
                "model": model,
            }
        )
    )
