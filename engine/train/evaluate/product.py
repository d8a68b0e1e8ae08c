"""Suggestions of the built server, as an editor gets them: over the language server protocol, after all its filters."""

import ast
import json
import subprocess
import time
import warnings
from itertools import count
from pathlib import Path


class Server:
    """A `codegen-lsp` process, spoken to on its standard input and output."""

    def __init__(self, program: str, gguf: Path) -> None:
        command = [program, "serve", "--model", str(gguf.resolve())]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.ids = count(1)
        self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {"textDocument": {"inlineCompletion": {}}}})
        self.notify("initialized", {})

    def _send(self, message: dict) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.process.stdin.flush()

    def _read(self) -> dict:
        length = 0
        while (line := self.process.stdout.readline()) != b"\r\n":
            if not line:
                raise RuntimeError(f"the server ended with {self.process.wait()}")
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return json.loads(self.process.stdout.read(length))

    def notify(self, method: str, parameters: dict) -> None:
        """Sends a notification."""
        self._send({"method": method, "params": parameters})

    def request(self, method: str, parameters: dict | None):
        """Sends a request and waits for its result; what the server asks meanwhile is answered with null."""
        number = next(self.ids)
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._read()
            if message.get("id") == number and "method" not in message:
                if "error" in message:
                    raise RuntimeError(f"{method}: {message['error']['message']}")
                return message["result"]
            if "method" in message and "id" in message:
                self._send({"id": message["id"], "result": None})

    def close(self) -> None:
        """Ends the process."""
        self.request("shutdown", None)
        self.notify("exit", {})
        self.process.wait()


def suggestion(server: Server, number: int, text: str, line: int, column: int) -> tuple[str, str] | None:
    """What is suggested at a place, typed there, and the file with it; lines up to the place must be ASCII where it is."""
    uri = f"file:///heldout/{number}.py"
    server.notify("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "python", "version": 1, "text": text}})
    place = {"line": line, "character": column}
    result = server.request("textDocument/inlineCompletion", {"textDocument": {"uri": uri}, "position": place, "context": {"triggerKind": 2}})
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    items = result["items"] if isinstance(result, dict) else result or []
    if not items:
        return None
    lines = text.split("\n")
    start = sum(len(earlier) + 1 for earlier in lines[:line])
    span = items[0].get("range") or {"start": place, "end": place}
    ends = [start + span[end]["character"] for end in ("start", "end")]
    return items[0]["insertText"], text[: ends[0]] + items[0]["insertText"] + text[ends[1] :]


def parses(text: str) -> bool:
    """Whether Python takes the text for a program."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def measure(program: str, gguf: Path, chosen: list[tuple[str, str, str]]) -> dict[str, float]:
    """At every place, where the statement was taken out: how often something is suggested, how often the file parses with it, how often its first
    line is the very statement; and the median time of an answer in milliseconds, cold: every place is in a file just opened."""
    server, shown, parsed, exact, times = Server(program, gguf), 0, 0, 0, []
    for number, (before, statement, after) in enumerate(chosen):
        line = before.count("\n")
        began = time.monotonic()
        found = suggestion(server, number, before + after, line, len(before) - before.rfind("\n") - 1)
        times.append(time.monotonic() - began)
        if found is None:
            continue
        inserted, text = found
        shown += 1
        parsed += parses(text)
        exact += inserted.split("\n")[0].rstrip() == statement.rstrip()
    server.close()
    return {
        "places": len(chosen),
        "shown": shown / len(chosen),
        "parses_of_shown": parsed / max(1, shown),
        "exact": exact / len(chosen),
        "median_milliseconds": round(1000 * sorted(times)[len(times) // 2], 1),
    }
