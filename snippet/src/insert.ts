/**
 * Puts html, or an element of the page, beside or into another element, and finds out whether it is still there.
 * May not know how often, or for whom.
 */

import { type Kind, leavePlace, trusted } from "./kinds.ts";
import type { Place } from "./plan.ts";

/** How to come to what stands at a place, and on from there to what stands farther from the element's own edge. */
const EDGES = {
  before: ["previousSibling", "previousSibling"],
  prepend: ["firstChild", "nextSibling"],
  append: ["lastChild", "previousSibling"],
  after: ["nextSibling", "nextSibling"],
} as const;

/** Everything that was put somewhere: among such nodes none must be nearest. */
const ours = new WeakSet<Node>();

/** Whether nothing of the page stands between the place and the nodes. */
const stands = (nodes: readonly Node[], place: Place, element: Element): boolean => {
  const [first, next] = EDGES[place];
  let node = element[first] as Node | null;
  while (node && ours.has(node) && !nodes.includes(node)) node = node[next];
  return !!node && nodes.includes(node);
};

const put = (nodes: readonly ChildNode[], place: Place, element: Element): void => {
  nodes.forEach(node => ours.add(node));
  element[place](...nodes);
};

/** As many nodes as there are of these, from the place onwards, where they say the same: the page copied what was put. */
const copies = (nodes: readonly ChildNode[], place: Place, element: Element): readonly ChildNode[] | undefined => {
  const [first, next] = EDGES[place];
  const wanted = next === "nextSibling" ? nodes : [...nodes].reverse();
  let node = element[first] as ChildNode | null;
  const found = wanted.flatMap(one => {
    const here = node;
    node = node && (node[next] as ChildNode | null);
    return here?.isEqualNode(one) && !ours.has(here) ? [here] : [];
  });
  return found.length === nodes.length ? found : undefined;
};

const parse = (html: string): readonly ChildNode[] => {
  const template = document.createElement("template");
  template.innerHTML = html;
  return [...template.content.childNodes];
};

/** Each element keeps the nodes that it was given; those of one that the page took away go to the next. */
const inserting = (): Kind => {
  const given = new Map<Element, readonly ChildNode[]>();
  return [
    (element, place) => stands(given.get(element) ?? [], place as Place, element),
    (element, place, html) => {
      const [gone] = [...given.keys()].filter(other => !other.isConnected);
      const orphans = gone && given.get(gone);
      if (gone) given.delete(gone);
      const mine = given.get(element);
      if (mine) orphans?.forEach(node => node.remove());
      const nodes = mine ?? orphans ?? parse(trusted(html ?? ""));
      const copied = copies(nodes, place as Place, element);
      given.set(element, copied ?? nodes);
      if (copied) copied.forEach(node => ours.add(node));
      else put(nodes, place as Place, element);
      return () => given.get(element)?.forEach(node => node.remove());
    },
  ];
};

/** The first element that matches goes to the first that matches the target, and none else while it is in the page. */
const moving = (): Kind => {
  let moved: Element | undefined;
  const targetOf = (element: Element, target: string | null): Element | null =>
    moved?.isConnected && moved !== element ? null : document.querySelector(target ?? "");
  return [
    (element, place, target) => {
      const to = targetOf(element, target);
      return to ? stands([element], place as Place, to) : undefined;
    },
    (element, place, target) => {
      const to = targetOf(element, target) as Element;
      moved = element;
      const back = leavePlace(element);
      put([element], place as Place, to);
      const { previousSibling: before, nextSibling: after } = element;
      // One of the two may have been rendered anew.
      return () => back(element.previousSibling === before || element.nextSibling === after);
    },
  ];
};

export const placing = (kind: string): Kind | undefined =>
  kind === "insert" ? inserting() : kind === "move" ? moving() : undefined;
