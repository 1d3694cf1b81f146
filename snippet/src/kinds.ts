/**
 * The kinds of ops on an element: how each finds what it is about, changes it, and puts it back as it was.
 * May not know how often, or for whom.
 */

/** Puts back what a change was made to, save what the page has changed since. */
export type Undo = () => void;

/**
 * `name` is the text of a text, the html of an html. What is read is undefined where there is nothing to do; what is
 * written answers how it is put back, where anything ever is.
 */
export type Kind = readonly [
  read: (element: Element, name: string, value: string | null) => unknown,
  write: (element: Element, name: string, value: string | null) => unknown,
];

interface Policy {
  createHTML(html: string): string;
}
interface TrustedWindow extends Window {
  readonly trustedTypes?: { createPolicy(name: string, rules: Policy): Policy };
}
let policy: Policy | undefined;

/** Stands in for a string wherever the page demands that html comes from a policy. */
export const trusted = (html: string): string => {
  policy ??= (window as TrustedWindow).trustedTypes?.createPolicy("leadbright", { createHTML: text => text });
  return policy?.createHTML(html) ?? html;
};

/** The element's own nodes wait aside, and the parser may add to them, until they are put back in place of ours. */
const swap = (element: Element, put: () => void): Undo => {
  const theirs = [...element.childNodes];
  put();
  // So that there is always a node of ours by which to find out whether the page has written anew; and what the
  // parser adds to a text it adds to this one.
  const end = new Text();
  element.append(end);
  const ours = [...element.childNodes];
  return () => {
    if (ours[0]?.parentNode !== element) return;
    ours[0].before(...theirs);
    for (const node of ours) if (node !== end || !end.data) node.remove();
  };
};

const replace = (element: Element, put: () => void): unknown => (uses.navigation ? swap(element, put) : put());

const setData = (nodes: readonly Text[], text: string): Undo => {
  const parsing = document.readyState === "loading";
  const backs = nodes.map((node, i) => {
    const own = node.data;
    const ours = i ? "" : text;
    node.data = ours;
    return () => {
      const { data } = node;
      if (data === ours || (parsing && data.startsWith(ours))) node.data = own + data.slice(ours.length);
    };
  });
  return () => backs.forEach(back => back());
};

/** The text goes into the text nodes that are there: frameworks hold on to theirs, and parsers add to the last one. */
const setText = (element: Element, text: string): unknown => {
  const nodes = [...element.childNodes].filter(node => node.nodeType === 3) as Text[];
  if (!nodes[0] || element.childElementCount) return replace(element, () => element.replaceChildren(text));
  return uses.navigation
    ? setData(nodes, text)
    : nodes.forEach((node, i) => {
        node.data = i ? "" : text;
      });
};

/** What is got and set as one value, `null` being what the op is about. */
const plain = (get: Kind[0], set: (element: Element, name: string, value: unknown) => unknown): Kind => [
  get,
  uses.navigation
    ? (element, name, value) => {
        const own = get(element, name, value);
        set(element, name, value);
        const ours = get(element, name, value);
        return () => {
          if (get(element, name, value) === ours) set(element, name, own);
        };
      }
    : set,
];

const setAttribute = (element: Element, name: string, value: unknown): void =>
  value === null ? element.removeAttribute(name) : element.setAttribute(name, value as string);

const toggling = (on: boolean): Kind =>
  plain(
    ({ classList }, name) => classList.contains(name),
    ({ classList }, name, value) => classList.toggle(name, (value ?? on) as boolean),
  );

const hiding = plain(
  element => (element as HTMLElement).style.display,
  (element, _name, value) =>
    (element as HTMLElement).style.setProperty("display", (value ?? "none") as string, "important"),
);

/** Keeps an element's place while it is elsewhere; the element comes back unless the page has put it somewhere. */
export const leavePlace = (element: Element): ((isOurs: boolean) => void) => {
  const place = new Text();
  element.before(place);
  return isOurs => {
    if (isOurs) place.replaceWith(element);
    else place.remove();
  };
};

/** React and Vue throw where an element that they hold is gone. */
const isHeld = (element: Element | null): boolean =>
  !!element && (Object.keys(element).some(key => /^__(react|vue)/.test(key)) || isHeld(element.parentElement));

const remove = (element: Element): unknown => {
  if (isHeld(element)) return hiding[1](element, "", null);
  const back = leavePlace(element);
  element.remove();
  return () => back(!element.isConnected);
};

export const KINDS: Readonly<Record<string, Kind | undefined>> = {
  text: [element => element.textContent, setText],
  html: uses.html
    ? [
        element => element.innerHTML,
        (element, html) => replace(element, () => Object.assign(element, { innerHTML: trusted(html) })),
      ]
    : undefined,
  attribute: uses.attribute ? plain((element, name) => element.getAttribute(name), setAttribute) : undefined,
  add: uses.class ? toggling(true) : undefined,
  drop: uses.class ? toggling(false) : undefined,
  remove: uses.remove ? [element => element.isConnected && (element as HTMLElement).style.display, remove] : undefined,
};
