/**
 * A page of Vue's: what it shows is in its state, which the test changes. May not know of experiments.
 */

import { h, reactive } from "vue";

export const App = {
  setup() {
    const state = reactive({ title: "Original", promo: true, items: ["one", "two"], count: 1 });
    if (globalThis.window) window.change = next => Object.assign(state, next);
    return () =>
      h("main", [
        h("h1", { key: `h1${state.items.length}` }, state.title),
        state.promo ? h("p", { class: "promo" }, ["Sale ", h("b", "now")]) : null,
        h("p", { id: "price" }, `${state.count} €`),
        h(
          "ul",
          { id: "list" },
          state.items.map(item => h("li", { key: item }, item)),
        ),
        h("a", { id: "cta", class: state.count % 2 ? "plain odd" : "plain", title: `${state.count}` }, "Go"),
        h("p", { id: "end" }, "end"),
      ]);
  },
};
