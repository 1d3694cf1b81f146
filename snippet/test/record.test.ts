/** What is written into the cookie is read back, and harms nobody who reads it on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { newNonce, newSeed } from "../src/chance.ts";
import { correct } from "../src/clock.ts";
import type { Ledger, Session } from "../src/ledger.ts";
import { daysLeft, decode, encode, type Kept, newRecord, type Pending } from "../src/record.ts";

const DAY = 20_780;

const SESSION: Session = [29_927_520, 2, ["google.com", "", "", ""]];

const LEDGER: Ledger = [
  "00c0ffee",
  DAY,
  DAY + 3,
  [29_927_520, 2, ["google.com", 'news "letter"', "~!*_[],;%", "größe 漢字"]],
  [["purchase", 2, 9_998]],
  [
    ["hero", "bold", [["purchase", 1, -4_999]]],
    ["price", "control", []],
  ],
];

const BEACON: Pending = [
  "AAAAAAAAAAAAAAAAAAAA_-",
  29_927_520,
  "3f9c2a1b8d7e4450",
  DAY + 3,
  "/a_b/%7E",
  ["", "", "", ""],
  [["view", 1]],
];

const FULL: Kept = [1, LEDGER, [BEACON], -1];

test("a record is read back as it was written", () => {
  for (const kept of [FULL, newRecord("00c0ffee", DAY)]) assert.deepEqual(decode(encode(kept)), kept);
});

test("a value holds only what every cookie parser takes", () => {
  assert.match(encode(FULL), /^[A-Za-z0-9!~*_.%'()-]+$/);
});

test("a record with two experiments and a goal takes less than 250 bytes", () => {
  const [seed, created, last, , goals, exposures] = LEDGER;
  const { length } = encode([1, [seed, created, last, SESSION, goals, exposures], [], 0]);
  assert.ok(length < 250, `${length} bytes`);
});

test("what is torn, foreign or of another format is nothing", () => {
  for (const value of ["", "%", "1", "null", "*2!*~00c0ffee~__", encode(FULL).slice(0, -1), "GA1.1.12345"]) {
    assert.equal(decode(value), undefined, value);
  }
});

test("a seed is eight hex digits", () => {
  for (let i = 0; i < 100; i++) assert.match(newSeed(), /^[0-9a-f]{8}$/);
});

test("a nonce is 22 characters of base64url, and never the same", () => {
  const nonces = Array.from({ length: 500 }, newNonce);
  for (const nonce of nonces) assert.match(nonce, /^[A-Za-z0-9_-]{22}$/);
  assert.equal(new Set(nonces).size, nonces.length);
});

test("a record lives 395 days from its making however often it is used", () => {
  assert.equal(daysLeft(newRecord("00c0ffee", DAY), DAY), 395);
  assert.equal(daysLeft(FULL, DAY + 100), 395 - 100);
  assert.ok(daysLeft(newRecord("00c0ffee", DAY), DAY + 396) < 0);
});

const at = (created: number, last: number | null): Kept => [1, ["00c0ffee", created, last, SESSION, [], []], [], 0];

test("a clock that is right, or a day off at midnight, is left alone", () => {
  for (const theirs of [DAY - 1, DAY, DAY + 1, undefined]) {
    const kept = at(DAY, DAY);
    correct(kept, DAY, theirs);
    assert.deepEqual(kept, at(DAY, DAY));
  }
});

test("what a wrong clock wrote is set right, and what was right stays", () => {
  const cases: readonly (readonly [created: number, last: number | null, ours: number, then: readonly unknown[]])[] = [
    [9_000, 9_000, 9_000, [DAY, DAY, DAY - 9_000]],
    [30_000, 30_000, 30_000, [DAY, DAY, DAY - 30_000]],
    [30_000, null, 30_000, [DAY, null, DAY - 30_000]],
    [DAY - 9, DAY - 1, 9_000, [DAY - 9, DAY - 1, DAY - 9_000]],
    [DAY - 9, 30_000, 30_000, [DAY - 9, DAY, DAY - 30_000]],
  ];
  for (const [created, last, ours, then] of cases) {
    const kept = at(created, last);
    correct(kept, ours, DAY);
    const [, [, madeOn, lastOn], , behind] = kept;
    assert.deepEqual([madeOn, lastOn, behind], then);
  }
});
