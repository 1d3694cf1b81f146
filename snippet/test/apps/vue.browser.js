/**
 * Starts Vue's page, on what its server has made where there is any. May not know of experiments.
 */

import { createApp, createSSRApp } from "vue";
import { App } from "./vue.js";

window.begin = () => {
  const root = document.querySelector("#root");
  const app = (root.firstChild ? createSSRApp : createApp)(App);
  app.config.errorHandler = ({ message }) => window.failures.push(`uncaught: ${message}`);
  app.mount(root);
  window.end = () => app.unmount();
};
