/**
 * Builds `dist`: the snippet as a template, from which the linker takes what a plan needs, and the vendored scripts of
 * the web pages. Fails where a site's `lb.js` would be beyond its budget. May not know what the snippet does.
 */

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";
import { minify } from "terser";
import { PART_NAMES } from "./linker.mjs";
import { overBudget } from "./size.mjs";
import { templateOf } from "./template.mjs";

const { outputFiles } = await build({
  entryPoints: ["src/main.ts"],
  bundle: true,
  write: false,
  format: "esm",
  target: "es2020",
  // Without it the tsconfig's strictness would put a directive into it.
  tsconfigRaw: {},
  define: { "Number.NaN": "NaN" },
  charset: "utf8",
  legalComments: "none",
});

// What hangs on the plan stays open: to the minifier these are names of which it knows nothing. Nobody assigns to a
// constant; one word for all names is easier to pack.
const open = outputFiles[0].text.replace(/\b(uses|plan)\.(\w+)/g, "$$$1_$2").replace(/\bconst (?=[[{\w$])/g, "let ");

const { code } = await minify(open, {
  ecma: 2020,
  compress: { passes: 5, toplevel: true, unsafe_arrows: true, pure_getters: true },
  mangle: { reserved: PART_NAMES },
});

const template = templateOf(code);
rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/vendor", { recursive: true });
writeFileSync("dist/manifest.json", JSON.stringify(template));
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", "dist/vendor/htmx.js");

const complaint = overBudget(template);
if (complaint) {
  console.error(complaint);
  process.exit(1);
}
