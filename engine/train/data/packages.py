"""Fetches the wheels of the packages to train on, and keeps only what a permissive licence lets us use.

The list is data/packages.txt. Every package's name, version and licence goes to a manifest, the refused ones with the reason, so that
what a model was trained on can be read afterwards.
"""

import email
import json
import re
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import asdict, dataclass
from pathlib import Path

LIST = Path(__file__).with_name("packages.txt")

# SPDX identifiers and the words that older metadata uses for them. What matches neither list is refused.
PERMISSIVE = re.compile(
    r"\b(mit|mit-0|bsd|bsd-2-clause|bsd-3-clause|0bsd|apache|apache-2\.0|isc|psf|psf-2\.0|python-2\.0|python software foundation|cnri-python"
    r"|unlicense|zlib|hpnd|mit-cmu|blueoak-1\.0\.0|bsl-1\.0|cc0-1\.0|public domain)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(
    r"\b(a?gpl|lgpl|gnu|mpl|mozilla|epl|eclipse|cddl|eupl|cecill|cc-by-\w+|proprietary|commercial|non-?commercial|sleepycat)", re.IGNORECASE
)


@dataclass
class Package:
    """A package of the list: what was fetched of it, and whether its sources may be used."""

    name: str
    held_out: bool
    version: str = ""
    licence: str = ""
    refused: str = ""
    files: int = 0
    bytes: int = 0


def read_list(path: Path = LIST) -> list[Package]:
    """The packages of a list file: a name per line, `=` before those held out, `#` for comments."""
    packages = []
    for line in path.read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            packages.append(Package(line.lstrip("= "), line.startswith("=")))
    return packages


def licence_of(metadata: str) -> str:
    """What a wheel's METADATA says of its licence: the SPDX expression if there is one, else the classifiers, else the free text's first line."""
    fields = email.message_from_string(metadata)
    expression = fields.get("License-Expression")
    if expression:
        return expression.strip()
    classifiers = [c.split("::")[-1].strip() for c in fields.get_all("Classifier", []) if c.startswith("License ::")]
    specific = [c for c in classifiers if c != "OSI Approved"]
    if specific:
        return "; ".join(specific)
    text = (fields.get("License") or "").strip()
    return text.splitlines()[0][:80] if text else ""


def refusal(licence: str) -> str:
    """Why sources under this licence are not used, or an empty string if they may be.

    `A OR B` may be used if either may, `A AND B` only if both may; anything unknown is refused.
    """
    if not licence:
        return "no licence named"
    choices = re.split(r"\s+or\s+", licence, flags=re.IGNORECASE)
    for choice in choices:
        parts = re.split(r"\s+and\s+|;", choice, flags=re.IGNORECASE)
        if all(PERMISSIVE.search(part) and not COPYLEFT.search(part) for part in parts):
            return ""
    return f"not known to be permissive: {licence}"


def fetch(package: Package, folder: Path) -> Package:
    """Downloads the package's wheel with pip and unpacks its Python files to `folder/NAME/`; the wheel is not kept."""
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--no-cache-dir",
            "--only-binary=:all:",
            "--dest",
            scratch,
            package.name,
        ]
        done = subprocess.run(command, capture_output=True, text=True, timeout=600)
        wheels = list(Path(scratch).glob("*.whl"))
        if done.returncode != 0 or not wheels:
            package.refused = "pip could not fetch a wheel: " + (done.stderr.strip().splitlines() or ["?"])[-1]
            return package
        with zipfile.ZipFile(wheels[0]) as wheel:
            metadata = next(n for n in wheel.namelist() if n.endswith(".dist-info/METADATA"))
            package.version = wheels[0].name.split("-")[1]
            package.licence = licence_of(wheel.read(metadata).decode("utf-8", "replace"))
            package.refused = refusal(package.licence)
            if not package.refused:
                unpack(wheel, folder / package.name, package)
    return package


def unpack(wheel: zipfile.ZipFile, folder: Path, package: Package) -> None:
    """Writes the wheel's Python files below `folder`, vendored copies of other packages left out: their licence is another."""
    for name in wheel.namelist():
        if not name.endswith(".py") or name.startswith(("/", "..")) or re.search(r"(^|/)(_?vendor(ed)?|extern(al)?s?|third_party|_vendor)/", name):
            continue
        data = wheel.read(name)
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        package.files += 1
        package.bytes += len(data)


def fetch_all(folder: Path, packages: list[Package], limit_bytes: int) -> None:
    """Fetches every package not yet in the manifest; stops when `limit_bytes` of source are there. The manifest is written after each."""
    folder.mkdir(parents=True, exist_ok=True)
    manifest = folder / "manifest.jsonl"
    seen = [json.loads(line) for line in manifest.read_text().splitlines()] if manifest.exists() else []
    done, total = {entry["name"] for entry in seen}, sum(entry["bytes"] for entry in seen)
    for package in packages:
        if package.name in done or total > limit_bytes:
            continue
        try:
            fetch(package, folder)
        except (subprocess.TimeoutExpired, zipfile.BadZipFile, OSError) as error:
            package.refused = f"could not be fetched: {error}"
        total += package.bytes
        with manifest.open("a") as out:
            out.write(json.dumps(asdict(package)) + "\n")
        print(
            f"{package.name} {package.version}: {package.refused or package.licence}, {package.files} files, {package.bytes / 1e6:.1f} MB", flush=True
        )
