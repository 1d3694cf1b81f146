/**
 * Vue's page as its server makes it. May not know of experiments.
 */

import { createSSRApp } from "vue";
import { renderToString } from "vue/server-renderer";
import { App } from "./vue.js";

export const rendered = () => renderToString(createSSRApp(App));
