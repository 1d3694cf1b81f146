/**
 * Builds `dist`: one minified file for each runtime module, the manifest that the linker reads, and the vendored
 * scripts of the web pages. May not know what a module does, only what it needs.
 */

import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

/** In the order in which they are linked; the core is last and starts everything. */
const MODULES = [
  { name: "pages", needs: [] },
  { name: "style", needs: [] },
  { name: "ops", needs: [] },
  { name: "insert", needs: ["ops"] },
  { name: "script", needs: ["ops"] },
  { name: "channel", needs: [] },
  { name: "who", needs: [] },
  { name: "redirect", needs: ["style"] },
  { name: "experiments", needs: ["pages"] },
  { name: "goals", needs: [] },
  { name: "click", needs: ["goals"] },
  { name: "submit", needs: ["goals"] },
  { name: "visit", needs: ["goals", "pages"] },
  { name: "event", needs: ["goals"] },
  { name: "navigation", needs: [] },
  { name: "core", needs: [] },
];

/** Names that only the modules say to each other; they are shortened, each to the same in every module. */
const OURS = [
  ...["matchesPage", "applyStyle", "applyOps", "enterExperiments", "trimLedger", "expose", "convert"],
  ...["goalsNamed", "touches", "goalsVisited", "goalsHappened"],
  ...["placing", "scriptTask", "whoVisits", "channelOf", "leave", "watchAddress"],
  ...["lockName", "readRecord", "openRecord", "writeRecord", "forgetRecord", "recordFits"],
];

// False: as they are, and nobody else's. The linker gives these three.
let short = { p: false, d: false, s: false };

const minified = async name => {
  const { outputFiles, mangleCache } = await build({
    entryPoints: [`src/modules/${name}.ts`],
    bundle: true,
    minify: true,
    mangleProps: new RegExp(`^(${OURS.join("|")})$`),
    mangleCache: short,
    write: false,
    format: "iife",
    target: "es2020",
    // Without it the tsconfig's strictness would put a directive into every module.
    tsconfigRaw: {},
    charset: "utf8",
    legalComments: "none",
  });
  short = mangleCache;
  // A statement without its end: the linker writes the semicolon.
  return outputFiles[0].text.trim().replace(/;$/, "");
};

const modules = [];
for (const module of MODULES) modules.push({ ...module, code: await minified(module.name) });

rmSync("dist", { recursive: true, force: true });
mkdirSync("dist/vendor", { recursive: true });
for (const { name, code } of modules) writeFileSync(`dist/${name}.js`, code);
const manifest = modules.map(({ name, code, needs }) => {
  return { name, file: `${name}.js`, bytes: Buffer.byteLength(code), needs };
});
writeFileSync("dist/manifest.json", `${JSON.stringify({ modules: manifest }, null, 2)}\n`);
copyFileSync("node_modules/htmx.org/dist/htmx.min.js", "dist/vendor/htmx.js");
