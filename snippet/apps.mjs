/**
 * Bundles the small apps of `test/apps` for the browser tests, and renders each as its server would, into a folder.
 * May not know what is tested with them.
 */

import { writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { compile } from "svelte/compiler";

const APPS = ["react", "vue", "svelte"];
const [, , folder] = process.argv;

const svelte = generate => ({
  name: "svelte",
  setup(bundler) {
    bundler.onLoad({ filter: /\.svelte$/ }, async ({ path }) => {
      const { readFile } = await import("node:fs/promises");
      const { js } = compile(await readFile(path, "utf8"), { generate, filename: path });
      return { contents: js.code, loader: "js", resolveDir: dirname(path) };
    });
  },
});

const bundled = (app, side, more) =>
  build({
    entryPoints: [`test/apps/${app}.${side}.js`],
    bundle: true,
    minify: true,
    define: { "process.env.NODE_ENV": '"production"', __VUE_PROD_DEVTOOLS__: "false" },
    logLevel: "error",
    ...more,
  });

for (const app of APPS) {
  const [code, server] = ["js", "server.mjs"].map(end => join(resolve(folder), `${app}.${end}`));
  await bundled(app, "browser", { outfile: code, format: "iife", plugins: [svelte("client")] });
  await bundled(app, "server", {
    outfile: server,
    format: "esm",
    platform: "node",
    // React's server asks for Node's own modules in the old way.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    conditions: ["node"],
    plugins: [svelte("server")],
  });
  const { rendered } = await import(pathToFileURL(server).href);
  writeFileSync(join(folder, `${app}.html`), await rendered());
}
