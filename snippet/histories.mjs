/**
 * Bundles the simulated visitors of `test/histories` and lets them live; the arguments are those of its `main.ts`.
 * May not know what they do.
 */

import { spawnSync } from "node:child_process";
import { build } from "esbuild";

const OUT = "build/histories/main.mjs";

await build({
  entryPoints: ["test/histories/main.ts"],
  bundle: true,
  outfile: OUT,
  platform: "node",
  format: "esm",
  target: "node20",
});
process.exit(spawnSync(process.execPath, [OUT, ...process.argv.slice(2)], { stdio: "inherit" }).status ?? 1);
