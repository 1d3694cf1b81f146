/**
 * Bundles the tests with what they test and gives them to Node's test runner.
 * May not know any single test.
 */

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { build } from "esbuild";

const OUT = "build/test";

rmSync(OUT, { recursive: true, force: true });
await build({
  entryPoints: readdirSync("test")
    .filter(name => name.endsWith(".test.ts"))
    .map(name => `test/${name}`),
  bundle: true,
  outdir: OUT,
  outExtension: { ".js": ".mjs" },
  platform: "node",
  // The tests ask of everything.
  define: { uses: "everything" },
  banner: { js: "const everything = new Proxy({}, { get: () => true });" },
  format: "esm",
  target: "node20",
});
const files = readdirSync(OUT).map(name => `${OUT}/${name}`);
process.exit(spawnSync(process.execPath, ["--test", ...files], { stdio: "inherit" }).status ?? 1);
