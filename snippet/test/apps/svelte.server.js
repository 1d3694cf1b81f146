/**
 * Svelte's page as its server makes it. May not know of experiments.
 */

import { render } from "svelte/server";
import App from "./App.svelte";

export const rendered = () => render(App).body;
