/** The browser's answers are the reference's: bucketing, pages, decisions, the ledger. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { decide } from "../src/decide.ts";
import { convert, minorUnits } from "../src/goals.ts";
import { bucket, murmur3 } from "../src/hash.ts";
import { type Change, expose, happen, type Ledger, newLedger, type Reached, view, visit } from "../src/ledger.ts";
import { matchesPage } from "../src/pages.ts";
import type { Plan } from "../src/plan.ts";
import { bucketing, decisions, histories, pages, type Taken } from "./vectors.ts";

test("every text hashes to the same number and falls into the same bucket", () => {
  assert.ok(bucketing.length >= 1_000);
  for (const [salt, seed, hash, place] of bucketing) {
    assert.equal(murmur3(`${salt}.${seed}`), hash, salt);
    assert.equal(bucket(salt, seed), place, salt);
  }
});

test("every page passes the same tests", () => {
  for (const [page, url, passes] of pages) assert.equal(matchesPage(page, new URL(url)), passes, `${page} ${url}`);
});

test("every visitor gets the same variations", () => {
  for (const [index, url, seed, kept, got] of decisions.cases) {
    const experiments = decisions.plans[index]?.experiments ?? [];
    const mine = experiments.map(x => [x.key, decide(x, matchesPage, new URL(url), seed, kept[x.key])?.[0] ?? null]);
    assert.deepEqual(Object.fromEntries(mine), got, `${url} ${seed}`);
  }
});

const changeOf = (plan: Plan, step: Taken): Change => {
  switch (step[0]) {
    case "visit":
      return ledger => visit(ledger, step[1], 0);
    case "view":
      return ledger => view(step[2])(ledger, 0, step[1]);
    case "expose":
      return expose(step[1], step[2]);
    case "convert":
      return convert(plan, [step[1], step[2]]);
    case "happen":
      return happen(["event", step[1]]);
  }
};

const totals = (goals: readonly Reached[]) => Object.fromEntries(goals.map(([goal, ...rest]) => [goal, rest]));

const plain = ([, , last, session, goals, exposures]: Ledger) => ({
  last,
  session,
  goals: totals(goals),
  exposures: Object.fromEntries(exposures.map(([key, variation, reached]) => [key, [variation, totals(reached)]])),
});

test("every history reports the same entries and ends with the same ledger", () => {
  for (const { seed, created, steps, entries, ledger: end } of histories.histories) {
    let ledger: Ledger = newLedger(seed, created);
    steps.forEach((step, i) => {
      const [next, reported] = changeOf(histories.plan, step)(ledger, 0, 0);
      assert.deepEqual(reported, entries[i], `${seed} ${step}`);
      ledger = next;
    });
    assert.deepEqual(plain(ledger), end, seed);
  }
});

test("every amount is worth the same in minor units", () => {
  for (const [amount, digits, units] of histories.amounts) assert.equal(minorUnits(amount, digits), units, `${amount}`);
});
