/** Where a visit came from, as beacons say it. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceOf } from "../src/source.ts";

const at = (search: string): Location => ({ hostname: "shop.example", search }) as Location;

test("a long campaign is cut off between characters, never inside one", () => {
  const [, source] = sourceOf("", at(`?utm_source=${encodeURIComponent(`${"a".repeat(79)}🥾🥾`)}`), []);
  assert.equal(source, `${"a".repeat(79)}🥾`);
});

test("the site's own hosts are no referrers", () => {
  assert.equal(sourceOf("https://www.news.example/a?b", at(""), [])[0], "news.example");
  assert.equal(sourceOf("https://shop.example/a", at(""), [])[0], "");
  assert.equal(sourceOf("https://blog.shop.example/a", at(""), ["shop.example"])[0], "");
});
