/**
 * Writes the template out as `config_compiler/template.py` does, for measuring. May not know what a plan is.
 */

const RARE = [..."_$zyxwvqkj"];
const FREQUENT = [..."etnsroaicldump"];

/** Names that parts may have: letters of which no local name is made, then pairs of those that are common, which pack well. */
export const PART_NAMES = [...RARE, ...FREQUENT.flatMap(first => FREQUENT.slice(0, 10).map(second => first + second))];

/** Has Chromium compile all functions at once, which costs a page less than one by one as they are called. */
const EAGERLY = "//# allFunctionsCalledOnLoad\n";

/** `uses`: features that the plan uses; `values`: by name, as JavaScript. */
export const written = ({ parts, start, names }, uses, values) => {
  const taken = new Set();
  const spell = code =>
    code.map(piece => {
      if (typeof piece === "string") return piece;
      if (piece.plan) return values[piece.plan];
      if (piece.uses) return spell(uses.has(piece.uses) ? piece.yes : piece.no);
      taken.add(piece.part);
      return piece;
    });
  const started = spell(start);
  const spelled = new Map();
  for (const part of taken) spelled.set(part, spell(parts[part]));
  const inOrder = [...taken].sort((a, b) => a - b);
  const named = code =>
    code
      .flat(Number.POSITIVE_INFINITY)
      .map(piece => (typeof piece === "string" ? piece : names[inOrder.indexOf(piece.part)]))
      .join("");
  const declared = inOrder.map(part => named([{ part }, parts[part].length ? "=" : "", spelled.get(part)]));
  return `${EAGERLY}try{${declared.length ? `let ${declared.join(",")};` : ""}${named(started)}}catch{}\n`;
};
