/** Where a visit came from, as beacons say it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceOf } from "../src/source.ts";

const visited = (search: string, domains: readonly string[] = []) =>
  Object.assign(globalThis, { location: { hostname: "shop.example", search }, plan: { domains } });

test("a long campaign is cut off between characters, never inside one", () => {
  visited(`?utm_source=${encodeURIComponent(`${"a".repeat(79)}🥾🥾`)}`);
  const [, source] = sourceOf("");
  assert.equal(source, `${"a".repeat(79)}🥾`);
});

test("the site's own hosts are no referrers", () => {
  visited("");
  assert.equal(sourceOf("https://www.news.example/a?b")[0], "news.example");
  assert.equal(sourceOf("https://shop.example/a")[0], "");
  visited("", ["shop.example"]);
  assert.equal(sourceOf("https://blog.shop.example/a")[0], "");
});
