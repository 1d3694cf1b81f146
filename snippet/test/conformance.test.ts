/** The browser's answers are the reference's: bucketing, pages, audiences, decisions, arrivals, the ledger. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { browserOf, deviceOf, platformOf } from "../src/agent.ts";
import { channelOfSource } from "../src/channel.ts";
import { decide, heldOut } from "../src/decide.ts";
import { convert, minorUnits } from "../src/goals.ts";
import { bucket, murmur3 } from "../src/hash.ts";
import { type Change, expose, happen, type Ledger, type Reached, view, visit } from "../src/ledger.ts";
import { matchesPage } from "../src/pages.ts";
import { newRecord } from "../src/record.ts";
import { type Facts, meets } from "../src/who.ts";
import * as vectors from "./vectors.ts";
import { bucketing, carried, decisions, histories, type Plan, pages, type Taken, type Visit } from "./vectors.ts";

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
    const mine = experiments.map(x => [
      x.run,
      (decide(carried(x), new URL(url), 0, seed, kept[x.run]) || undefined)?.[0] ?? null,
    ]);
    assert.deepEqual(Object.fromEntries(mine), got, `${url} ${seed}`);
  }
});

/** What the reference's visit says of a subject. */
const factsOf =
  (visit: Visit): Facts =>
  subject => {
    const [field = ""] = subject.split(".", 1);
    const name = subject.slice(field.length + 1);
    const page = new URL(visit.url);
    const places: Readonly<Record<string, string | null | undefined>> = {
      path: page.pathname,
      host: page.host,
      query: page.searchParams.get(name),
      cookie: visit.cookies[name],
      data: visit.data[name],
    };
    return field in places ? places[field] : String(visit[field]);
  };

test("every visit meets the same conditions", () => {
  const { visits, conditions } = vectors.audiences;
  assert.ok(visits.length * conditions.length >= 5_000);
  for (const [condition, metBy] of conditions) {
    const mine = visits.flatMap((visit, i) => (meets(condition, factsOf(visit)) ? [i] : []));
    assert.deepEqual(mine, metBy, JSON.stringify(condition));
  }
});

test("holdout, layer, schedule and audience take the same visitors", () => {
  const { visits, plans, cases } = vectors.targets;
  for (const [index, at, minute, seed, kept, got] of cases) {
    const [plan, visit] = [plans[index] as Plan, visits[at] as Visit];
    const out = heldOut(plan.site, plan.holdout ?? 0, seed);
    const mine = plan.experiments.map(x => {
      const arm = decide(carried(x), new URL(visit.url), minute, seed, kept[x.run], who => meets(who, factsOf(visit)));
      return [x.run, out || !arm ? null : arm[0]];
    });
    assert.deepEqual(Object.fromEntries(mine), got, `${index} ${at} ${minute} ${seed}`);
  }
});

test("every source is of the same channel", () => {
  for (const [referrer, source, medium, campaign, channel] of vectors.channels)
    assert.equal(channelOfSource([referrer, source, medium, campaign]), channel, `${referrer} ${source} ${medium}`);
});

test("every user agent names the same families", () => {
  for (const [agent, ...families] of vectors.agents)
    assert.deepEqual([deviceOf(agent, 0), platformOf(agent, 0), browserOf(agent)], families, agent);
});

test("an iPad that calls itself a Mac is told by its touch screen", () => {
  const mac = vectors.agents.find(([agent]) => /Macintosh.*Version/.test(agent))?.[0] ?? "";
  assert.deepEqual([deviceOf(mac, 5), platformOf(mac, 5)], ["tablet", "ios"]);
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
      Object.assign(globalThis, { plan: { experiments: plan.experiments.map(carried) } });
      return convert([step[1], step[2]]);
    case "happen":
      return happen(["event", step[1]]);
  }
};

const totals = (goals: readonly Reached[]) => Object.fromEntries(goals.map(([goal, ...rest]) => [goal, rest]));

const plain = ([, , last, session, goals, exposures]: Ledger) => ({
  last,
  // The reference has none where there has never been one.
  session: session[0] < 0 ? null : session,
  goals: totals(goals),
  exposures: Object.fromEntries(exposures.map(([key, variation, reached]) => [key, [variation, totals(reached)]])),
});

test("every history reports the same entries and ends with the same ledger", () => {
  for (const { seed, created, steps, entries, ledger: end } of histories.histories) {
    const ledger: Ledger = newRecord(seed, created)[1];
    steps.forEach((step, i) => {
      assert.deepEqual(changeOf(histories.plan, step)(ledger, 0, 0), entries[i], `${seed} ${step}`);
    });
    assert.deepEqual(plain(ledger), end, seed);
  }
});

test("every amount is worth the same in minor units", () => {
  for (const [amount, digits, units] of histories.amounts) assert.equal(minorUnits(amount, digits), units, `${amount}`);
});
