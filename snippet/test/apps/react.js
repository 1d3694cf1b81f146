/**
 * A page of React's: what it shows is in its state, which the test changes. May not know of experiments.
 */

import { createElement as h, useEffect, useState } from "react";

export const FIRST = { title: "Original", promo: true, items: ["one", "two"], count: 1 };

export const App = () => {
  const [{ title, promo, items, count }, set] = useState(FIRST);
  useEffect(() => {
    window.change = next => set(before => ({ ...before, ...next }));
  }, []);
  return h(
    "main",
    null,
    h("h1", { key: `h1${items.length}` }, title),
    promo && h("p", { className: "promo" }, "Sale ", h("b", null, "now")),
    h("p", { id: "price" }, count, " €"),
    h(
      "ul",
      { id: "list" },
      items.map(item => h("li", { key: item }, item)),
    ),
    h("a", { id: "cta", className: count % 2 ? "plain odd" : "plain", title: `${count}` }, "Go"),
    h("p", { id: "end" }, "end"),
  );
};
