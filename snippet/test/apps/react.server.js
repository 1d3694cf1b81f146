/**
 * React's page as its server makes it. May not know of experiments.
 */

import { createElement as h } from "react";
import { renderToString } from "react-dom/server";
import { App } from "./react.js";

export const rendered = () => renderToString(h(App));
