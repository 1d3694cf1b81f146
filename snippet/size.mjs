/**
 * What `lb.js` weighs for three sites, and what each feature of a plan costs: gzip -9, in bytes.
 * `sizes.json` holds the budgets, the limits that are enforced, and the last figures. May not know how a feature works.
 */

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { written } from "./linker.mjs";

const FILE = "sizes.json";

const BARE = {
  site: '"shop"',
  record: '"lb_shop"',
  beacons: '"https://relay.example/v1/b/shop?n="',
  digest: '"3f9c2a1b8d7e4450"',
  tz: '"Europe/Berlin"',
  domains: '["shop.example"]',
  goals: "[]",
  experiments: "[]",
  holdout: "0",
  zones: "({})",
  scripts: "[]",
};

const experiment = (run, css, op, price) =>
  `["${run}",[["control",5000],["bold",5000,"${css}",["${op}"],[["text","${op}","${price}"]]]],["signup"],[["=","/"]]]`;

const HERO = experiment("hero", "#cta{background-color:#e33!important}", "h1.hero", "Buy now");
const PRICE = experiment("price", ".price{font-weight:700!important}", ".price", "from 9 \\u20ac");
const SIGNUP = '["signup","click","#signup"]';
const OTHERS = '["thanks","visit",["=","/thank-you"]],["purchase","event","purchase","amount",2]';

const TWO = { ...BARE, goals: `[${SIGNUP}]`, experiments: `[${HERO},${PRICE}]` };
const ALL = { ...TWO, goals: `[${SIGNUP},${OTHERS}]` };

const ANALYTICS = ["gpc", "dnt", "domains"];

/** Features that are of no use without others. */
const NEEDS = {
  amounts: ["event"],
  attribute: ["ops"],
  channel: ["who"],
  class: ["ops"],
  click: ["goals"],
  event: ["goals"],
  excluded: ["experiments"],
  holdout: ["experiments"],
  html: ["ops"],
  insert: ["ops"],
  ops: ["experiments", "style"],
  patterns: ["experiments"],
  queries: ["experiments"],
  redirect: ["experiments", "style"],
  schedules: ["experiments"],
  remove: ["ops"],
  script: ["ops"],
  shares: ["experiments"],
  style: ["experiments"],
  submit: ["goals"],
  visit: ["goals"],
  who: ["experiments"],
};

const withNeeds = features => new Set(features.flatMap(name => [...withNeeds(NEEDS[name] ?? []), name]));

const gzipped = text => gzipSync(text, { level: 9 }).length;

const featuresOf = template => [...new Set(JSON.stringify(template).match(/(?<="uses":")\w+/g))].sort();

const sitesOf = template => [
  ["analytics only", BARE, new Set(ANALYTICS)],
  ["two experiments", TWO, withNeeds([...ANALYTICS, "ops", "click"])],
  ["everything", ALL, new Set(featuresOf(template))],
];

/** By site, the bytes of its `lb.js`; by feature, what it and what it needs add to a site that only counts visits. */
const figures = template => {
  const weight = features => gzipped(written(template, withNeeds(features), BARE));
  const without = name => weight(ANALYTICS.filter(other => other !== name));
  return {
    sites: Object.fromEntries(
      sitesOf(template).map(([name, values, uses]) => [name, gzipped(written(template, uses, values))]),
    ),
    features: Object.fromEntries(
      featuresOf(template).map(name => [name, weight([...new Set([...ANALYTICS, name])]) - without(name)]),
    ),
  };
};

const growth = (now, last) =>
  Object.entries(now)
    .filter(([name, bytes]) => bytes > (last[name] ?? 0))
    .map(([name, bytes]) => `  ${name}: ${last[name] ?? 0} -> ${bytes}`);

/** What to say of a template that makes a site's `lb.js` too heavy; nothing where none is. */
export const overBudget = template => {
  const { limits, sites, features } = JSON.parse(readFileSync(FILE, "utf8"));
  const now = figures(template);
  const over = Object.entries(limits).filter(([name, most]) => now.sites[name] > most);
  if (!over.length) return undefined;
  return [
    ...over.map(([name, most]) => `lb.js of "${name}" is ${now.sites[name]} bytes gzipped; its limit is ${most}`),
    "what grew since the figures in snippet/sizes.json (bytes gzipped):",
    ...growth(now.sites, sites),
    ...growth(now.features, features),
  ].join("\n");
};

const table = (head, rows) => [head, head.map(() => "---"), ...rows].map(row => `| ${row.join(" | ")} |`).join("\n");

const show = template => {
  const { budgets, limits } = JSON.parse(readFileSync(FILE, "utf8"));
  const now = figures(template);
  const rows = sitesOf(template).map(([name, values, uses]) => {
    const bytes = Buffer.from(written(template, uses, values));
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
    return [name, bytes.length, now.sites[name], budgets[name], limits[name], brotli.length];
  });
  const costs = Object.entries(now.features).map(([name, bytes]) => [
    name,
    (NEEDS[name] ?? []).join(", "),
    bytes,
    gzipped(written(template, new Set(featuresOf(template)), ALL)) -
      gzipped(written(template, new Set(featuresOf(template).filter(other => other !== name)), ALL)),
  ]);
  console.log(`${table(["lb.js", "raw", "gzip", "budget", "limit", "brotli"], rows)}\n`);
  console.log(table(["feature", "brings", "added to analytics", "taken from everything"], costs));
  writeFileSync(FILE, `${JSON.stringify({ budgets, limits, ...now }, null, 2)}\n`);
};

if (import.meta.url === pathToFileURL(process.argv[1]).href)
  show(JSON.parse(readFileSync("dist/manifest.json", "utf8")));
