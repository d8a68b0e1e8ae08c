// Stands between VS Code and the server: passes every message on, tells the test of it, and holds back what the test
// asks it to. That makes the order of events exact, with the real server.
//
//     node tap.mjs PORT PROGRAM ARGUMENTS…
//
// The test listens on PORT and is sent one JSON value a line: {pid}, then {to: "server" | "client", message}, and takes orders:
// {number, hold: [methods]}. Messages of these methods to the client, and answers to them, wait until the next order; it is {done: number} once it holds.
// The last `codegen/partial` of a turn has the name "codegen/partial done" here.

import { spawn } from "node:child_process";
import { connect } from "node:net";

const [port, program, ...rest] = process.argv.slice(2);
const server = spawn(program, rest, { stdio: ["pipe", "pipe", "inherit"] });
const test = connect(Number(port), "127.0.0.1");
test.setNoDelay(true);
// The test may have ended before VS Code has: then messages are passed on all the same.
test.on("error", () => {});
const tell = (value) => test.writable && test.write(`${JSON.stringify(value)}\n`);
tell({ pid: server.pid, tap: process.pid });

let held = [];
let methods = new Set();
const asked = new Map();

/** Calls `each` with every message of a stream, as bytes with its header and as a value. */
function messages(stream, each) {
    let bytes = Buffer.alloc(0);
    stream.on("data", (more) => {
        bytes = Buffer.concat([bytes, more]);
        for (;;) {
            const end = bytes.indexOf("\r\n\r\n");
            const length = end < 0 ? null : /content-length: *(\d+)/i.exec(bytes.toString("latin1", 0, end));
            if (!length || bytes.length < end + 4 + Number(length[1])) {
                return;
            }
            const whole = bytes.subarray(0, end + 4 + Number(length[1]));
            bytes = bytes.subarray(whole.length);
            each(whole, JSON.parse(whole.toString("utf8", end + 4)));
        }
    });
}

messages(process.stdin, (bytes, message) => {
    if (message.method && message.id !== undefined) {
        asked.set(message.id, message.params?.command ?? message.method);
    }
    server.stdin.write(bytes);
    tell({ to: "server", message });
});
messages(server.stdout, (bytes, message) => {
    const name = message.method ?? asked.get(message.id);
    const method = message.params?.done ? `${name} done` : name;
    if (methods.has(method)) {
        held.push(bytes);
        tell({ to: "client", message, held: true });
        return;
    }
    process.stdout.write(bytes);
    tell({ to: "client", message });
});

let lines = "";
test.on("data", (more) => {
    lines += more;
    const whole = lines.split("\n");
    lines = whole.pop();
    for (const line of whole) {
        const order = JSON.parse(line);
        methods = new Set(order.hold ?? []);
        held.splice(0).forEach((bytes) => process.stdout.write(bytes));
        tell({ done: order.number });
    }
});

process.stdin.on("end", () => server.stdin.end());
server.stdin.on("error", () => {});
// VS Code ends this program as it would end the server.
for (const signal of ["SIGTERM", "SIGINT"]) {
    process.on(signal, () => server.kill(signal));
}
server.on("exit", (code, signal) => {
    tell({ exit: code ?? signal });
    test.end(() => process.exit(code ?? 1));
    setTimeout(() => process.exit(code ?? 1), 500).unref();
});
