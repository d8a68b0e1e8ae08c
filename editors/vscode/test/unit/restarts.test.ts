import assert from "node:assert/strict";
import { test } from "node:test";
import { Restarts, WINDOW } from "../../src/decide/restarts";

test("a server is started again three times, each time later, and then no more", () => {
    const restarts = new Restarts();
    const decisions = [0, 1, 2, 3, 4].map((now) => restarts.ended(now));
    assert.deepEqual(decisions, [
        { restartAfter: 500 },
        { restartAfter: 2000 },
        { restartAfter: 8000 },
        { giveUp: true },
        { giveUp: true },
    ]);
});

test("an end is forgotten after a while", () => {
    const restarts = new Restarts();
    restarts.ended(0);
    restarts.ended(1);
    assert.deepEqual(restarts.ended(WINDOW), { restartAfter: 2000 });
    assert.deepEqual(restarts.ended(3 * WINDOW), { restartAfter: 500 });
});

test("a user who starts it anew begins from the start", () => {
    const restarts = new Restarts();
    [0, 1, 2, 3].forEach((now) => restarts.ended(now));
    restarts.reset();
    assert.deepEqual(restarts.ended(4), { restartAfter: 500 });
});
