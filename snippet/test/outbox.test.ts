/** One beacon takes what there is room for, and what it does not take has not happened yet. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { type Change, expose, happen, visit } from "../src/ledger.ts";
import { type Stamp, take, trim } from "../src/outbox.ts";
import { encode, type Kept, newRecord, type Pending } from "../src/record.ts";

const DAY = 20_780;
const MINUTE = DAY * 1_440;
const STAMP: Stamp = ["n".repeat(22), MINUTE, "0".repeat(16), DAY, "/"];
const fresh = (): Kept => newRecord("00c0ffee", DAY);
const EVENT = happen(["event", "scrolled"]);

const ROOMY = 1e6;

const beacon = (minute: number): Pending => ["o".repeat(22), minute, "", DAY, "/", ["", "", "", ""], [["view"]]];
const holding = (...outbox: Pending[]): Kept => [1, fresh()[1], outbox, 0];
const filled = (changes: readonly Change[], kept = fresh(), room = ROOMY): readonly [Kept, taken: number] => {
  const waiting = [...changes];
  const next = take(kept, waiting, STAMP, undefined, room);
  return [next, changes.length - waiting.length];
};

test("state and beacon change in the same record", () => {
  const [[, [, , last], outbox], taken] = filled([visit, EVENT]);
  assert.deepEqual([taken, last], [2, DAY]);
  assert.deepEqual(outbox, [
    [
      ...STAMP,
      ["", "", "", ""],
      [
        ["visit", 0, 3],
        ["event", "scrolled"],
      ],
    ],
  ]);
});

test("changes that report nothing make no beacon", () => {
  const [kept] = filled([visit]);
  const [[, , outbox], taken] = filled([visit], [1, kept[1], [], 0]);
  assert.deepEqual([outbox.length, taken], [0, 1]);
});

test("a beacon holds 32 entries and the rest waits", () => {
  const [[, , outbox], taken] = filled(Array.from({ length: 50 }, () => EVENT));
  assert.deepEqual([outbox[0]?.[6].length, taken], [32, 32]);
});

test("four beacons are kept, and then nothing happens", () => {
  const full = holding(...Array.from({ length: 4 }, () => beacon(MINUTE)));
  assert.deepEqual(filled([visit], structuredClone(full)), [full, 0]);
});

test("a beacon of a day ago makes room", () => {
  const [[, , outbox]] = filled([visit], holding(beacon(MINUTE - 1_440), beacon(MINUTE - 1_439)));
  assert.deepEqual(
    outbox.map(([, minute]) => minute),
    [MINUTE - 1_439, MINUTE],
  );
});

test("what the cookie has no room for waits for an answer", () => {
  const kept = holding(beacon(MINUTE));
  const [next, taken] = filled([visit, EVENT], structuredClone(kept), encode(kept).length + 20);
  assert.deepEqual([next, taken], [kept, 0]);
});

test("a change that never fits is let go, and holds up no other", () => {
  const long = happen(["event", "x".repeat(500)]);
  const [[, , outbox], taken] = filled([long, EVENT], fresh(), 300);
  assert.deepEqual([taken, outbox[0]?.[6]], [2, [["event", "scrolled"]]]);
});

test("experiments that are over are forgotten when room gets short, and only then", () => {
  const keys = (more: number) => {
    const kept = fresh();
    const [, ledger] = kept;
    for (let i = 0; i < 20; i++) expose(`x${i}`, "control")(ledger, DAY, MINUTE);
    Object.assign(globalThis, { plan: { experiments: [["x7", [], []]] } });
    trim(kept, encode(kept).length + more);
    return ledger[5].map(([key]) => key);
  };
  assert.deepEqual(keys(500), ["x7"]);
  assert.equal(keys(1_500).length, 20);
});

test("a change that is not taken has changed nothing", () => {
  const kept = fresh();
  const [, taken] = filled([visit, happen(["event", "x".repeat(500)])], kept, 300);
  assert.equal(taken, 1);
  assert.deepEqual(kept, fresh());
});
