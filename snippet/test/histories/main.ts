/**
 * Writes the histories of many visitors as JSON lines: `node main.mjs SCRIPT OUT VISITORS DAYS SEED KIND`.
 * May not know what is made of them.
 */

import { openSync, readFileSync, writeSync } from "node:fs";
import { scriptOf } from "./browser.ts";
import { type Kind, type Line, live } from "./visitor.ts";

const [from = "", to = "", visitors = "1", days = "1", seed = "1", kind = ""] = process.argv.slice(2);

const script = scriptOf(readFileSync(from, "utf8"));
const out = openSync(to, "w");
const sort: Kind = {
  days: Number(days),
  hasLocks: !kind.includes("lockless"),
  asks: kind.includes("asked"),
  wavers: kind.includes("wavering"),
  jumps: kind.includes("jumping"),
};

for (let visitor = 0; visitor < Number(visitors); visitor++) {
  const lines: string[] = [];
  const write = (line: Line): void => void lines.push(JSON.stringify({ visitor, ...line }));
  await live(Number(seed) * 1_000_003 + visitor, sort, script, write);
  writeSync(out, lines.map(line => `${line}\n`).join(""));
}
