/**
 * Starts Svelte's page, on what its server has made where there is any. May not know of experiments.
 */

import { hydrate, mount, unmount } from "svelte";
import App from "./App.svelte";

window.begin = () => {
  const target = document.querySelector("#root");
  const app = (target.firstChild ? hydrate : mount)(App, { target });
  window.end = () => unmount(app);
};
