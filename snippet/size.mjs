/**
 * Prints what `lb.js` weighs for three sites: raw, gzip -9 and brotli 11, in bytes. It links as the compiler does,
 * for plans of its own. May not know what the modules do.
 */

import { readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const { modules } = JSON.parse(readFileSync("dist/manifest.json", "utf8"));

const link = (plan, wanted) => {
  const all = new Set(["core"]);
  const take = name => {
    all.add(name);
    modules.find(module => module.name === name).needs.forEach(take);
  };
  wanted.forEach(take);
  const code = modules.filter(({ name }) => all.has(name)).map(({ file }) => readFileSync(`dist/${file}`, "utf8"));
  return `(L=>{${code.join(";")}})({p:${JSON.stringify(plan)},d:"3f9c2a1b8d7e4450"})`;
};

const BARE = {
  consent: 0,
  domains: ["shop.example"],
  experiments: [],
  goals: [],
  honour: ["gpc", "dnt"],
  relay: "https://relay.example",
  site: "shop",
  tz: "Europe/Berlin",
  v: 1,
};

const experiment = (key, css, ops) => ({
  arms: [
    ["control", 5000, "", [], []],
    ["bold", 5000, css, ops.map(op => op[1]), ops],
  ],
  goals: ["signup"],
  in: [["=", "/"]],
  out: [],
  run: key,
  traffic: 10000,
});

const TWO = {
  ...BARE,
  experiments: [
    experiment("hero", "#cta{background-color:#e33!important}", [["text", "h1.hero", "Buy now"]]),
    experiment("price", ".price{font-weight:700!important}", [["text", ".price", "from 9 €"]]),
  ],
  goals: [["signup", "click", "#signup"]],
};

const EVERYTHING = {
  ...TWO,
  goals: [...TWO.goals, ["thanks", "visit", ["=", "/thank-you"]], ["purchase", "event", "purchase", "amount", 2]],
};

const SITES = [
  ["analytics only", BARE, []],
  ["two experiments, text, style, click goal", TWO, ["experiments", "style", "ops", "click"]],
  ["everything", EVERYTHING, modules.map(({ name }) => name)],
];

console.log("| lb.js | raw | gzip | brotli |\n|---|---|---|---|");
for (const [name, plan, wanted] of SITES) {
  const bytes = Buffer.from(link(plan, wanted));
  const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
  console.log(`| ${name} | ${bytes.length} | ${gzipSync(bytes, { level: 9 }).length} | ${brotli.length} |`);
}
