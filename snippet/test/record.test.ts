/** What is written into the cookie is read back, and harms nobody who reads it on the way. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { corrected } from "../src/clock.ts";
import { daysLeft, decode, encode, type Kept, newRecord } from "../src/record.ts";

const DAY = 20_780;

const FULL: Kept = {
  behind: -1,
  ledger: {
    seed: "00c0ffee",
    created: DAY,
    last: DAY + 3,
    session: [29_927_520, 2, ["google.com", 'news "letter"', "~!*_[],;%", "größe 漢字"]],
    goals: [["purchase", 2, 9_998]],
    exposures: [
      ["hero", "bold", [["purchase", 1, -4_999]]],
      ["price", "control", []],
    ],
  },
  outbox: [
    ["AAAAAAAAAAAAAAAAAAAA_-", 29_927_520, "3f9c2a1b8d7e4450", DAY + 3, "/a_b/%7E", ["", "", "", ""], [["view", 1]]],
  ],
};

test("a record is read back as it was written", () => {
  for (const kept of [FULL, newRecord(DAY)]) assert.deepEqual(decode(encode(kept)), kept);
});

test("a value holds only what every cookie parser takes", () => {
  assert.match(encode(FULL), /^[A-Za-z0-9!~*_.%'()-]+$/);
});

test("a record with two experiments and a goal takes less than 250 bytes", () => {
  const { length } = encode({
    ...FULL,
    outbox: [],
    ledger: { ...FULL.ledger, session: [29_927_520, 2, ["google.com", "", "", ""]] },
  });
  assert.ok(length < 250, `${length} bytes`);
});

test("what is torn, foreign or of another format is nothing", () => {
  for (const value of ["", "%", "1", "null", "*2!~00c0ffee~_", encode(FULL).slice(0, -1), "GA1.1.12345"]) {
    assert.equal(decode(value), undefined, value);
  }
});

test("a seed is eight hex digits", () => {
  for (let i = 0; i < 100; i++) assert.match(newRecord(DAY).ledger.seed, /^[0-9a-f]{8}$/);
});

test("a record lives 395 days from its making however often it is used", () => {
  assert.equal(daysLeft(newRecord(DAY), DAY), 395);
  assert.equal(daysLeft(FULL, DAY + 100 + 1), 395 - 100);
  assert.ok(daysLeft(newRecord(DAY), DAY + 396) < 0);
});

const at = (created: number, last: number | null): Kept => {
  const { ledger } = newRecord(created);
  return { ...newRecord(created), ledger: { ...ledger, last } };
};

test("a clock that is right, or a day off at midnight, is left alone", () => {
  for (const theirs of [DAY - 1, DAY, DAY + 1]) {
    const kept = at(DAY, DAY);
    assert.equal(corrected(kept, DAY, theirs), kept);
  }
  const kept = at(DAY, DAY);
  assert.equal(corrected(kept, DAY, Number.NaN), kept);
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
    const { ledger, behind } = corrected(at(created, last), ours, DAY);
    assert.deepEqual([ledger.created, ledger.last, behind], then);
  }
});
