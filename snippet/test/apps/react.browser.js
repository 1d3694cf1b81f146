/**
 * Starts React's page, on what its server has made where there is any. May not know of experiments.
 */

import { createElement as h } from "react";
import { createRoot, hydrateRoot } from "react-dom/client";
import { App } from "./react.js";

const note =
  kind =>
  ({ message }) =>
    window.failures.push(`${kind}: ${message}`);
const options = {
  onRecoverableError: note("recovered"),
  onUncaughtError: note("uncaught"),
  onCaughtError: note("caught"),
};

window.begin = () => {
  const root = document.querySelector("#root");
  const app = root.firstChild ? hydrateRoot(root, h(App), options) : createRoot(root, options);
  if (!root.firstChild) app.render(h(App));
  window.end = () => app.unmount();
};
