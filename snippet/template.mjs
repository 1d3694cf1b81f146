/**
 * Cuts the minified snippet into a template: text, choices by what a plan uses, and places for its values and for the
 * names of parts. The linker writes out what a plan needs of it and parses nothing. May not know what any of it does.
 *
 * In the code that comes in, `$uses_NAME` asks whether the plan uses something, and `$plan_NAME` is a value of it. A
 * choice holds what the code comes to with either answer; a declaration at the top is a part, taken if a part that is
 * taken names it.
 */

import { parse } from "acorn";
import { PART_NAMES } from "./linker.mjs";

const USES = "$uses_";
const PLAN = "$plan_";

/** Words of the language among the names that a part may have. */
const RESERVED = ["do", "if", "in"];

const childrenOf = node =>
  Object.entries(node)
    .filter(([key]) => !(key === "key" && node.shorthand))
    .flatMap(([, value]) => value)
    .filter(value => typeof value?.type === "string" && value.end !== undefined)
    .sort((a, b) => a.start - b.start);

/** Names that the node declares or calls, but for those of properties. */
const namesIn = node => {
  if (node.type === "Identifier") return [node.name];
  const isKey = child => !node.computed && !node.shorthand && (child === node.property || child === node.key);
  return childrenOf(node)
    .filter(child => !isKey(child))
    .flatMap(namesIn);
};

/** What an `if` depends on; the minifier puts what comes before it into the same parentheses. */
const asked = ({ test }) => (test.type === "SequenceExpression" ? test.expressions.at(-1) : test);

/** The operands that decide: those of `!`, `&&`, `||`, and what a conditional asks. */
const spine = node => {
  switch (node.type) {
    case "LogicalExpression":
      return [...spine(node.left), ...spine(node.right)];
    case "UnaryExpression":
      return node.operator === "!" ? spine(node.argument) : [];
    case "ConditionalExpression":
      return [...spine(node.test), ...spine(node.consequent), ...spine(node.alternate)];
    case "IfStatement":
      return spine(asked(node));
    case "ExpressionStatement":
      return spine(node.expression);
    case "Identifier":
      return node.name.startsWith(USES) ? [node.name.slice(USES.length)] : [];
    default:
      return [];
  }
};

/** What the expression is with these answers: true, false, or undefined where that depends on more. */
const truth = (node, answers) => {
  switch (node.type) {
    case "Identifier":
      return node.name.startsWith(USES) ? answers[node.name.slice(USES.length)] : undefined;
    case "Literal":
      return Boolean(node.value);
    case "UnaryExpression": {
      const inner = node.operator === "!" ? truth(node.argument, answers) : undefined;
      return inner === undefined ? undefined : !inner;
    }
    case "LogicalExpression": {
      const left = truth(node.left, answers);
      if (node.operator === "??") return undefined;
      if (left !== undefined) return left === (node.operator === "&&") ? truth(node.right, answers) : left;
      return undefined;
    }
    default:
      return undefined;
  }
};

/** The parts of the program that was minified, what starts it, and names for parts that nothing else in it has. */
export const templateOf = code => {
  const program = parse(code, { ecmaVersion: 2020, sourceType: "module" });
  const taken = new Set([...RESERVED, ...namesIn(program)]);
  const declarations = program.body.filter(({ type }) => type === "VariableDeclaration");
  const declared = new Map(
    declarations.flatMap(({ declarations }) => declarations).map(({ id, init }) => [id.name, init]),
  );
  if (declared.has(undefined)) throw new Error("a declaration at the top takes something apart");
  const rest = program.body.filter(node => !declarations.includes(node));
  if (declarations.some(({ start }) => start > rest[0].start))
    throw new Error("a statement stands before a declaration");

  const chosen = (feature, node, answers, how) => ({
    uses: feature,
    yes: how(node, { ...answers, [feature]: true }),
    no: how(node, { ...answers, [feature]: false }),
  });
  const open = (node, answers) => spine(node).find(feature => !(feature in answers));

  // Parentheses belong to nobody in the tree: an operand that stands alone keeps those that it had.
  const alone = (child, node, answers) => {
    let [start, end] = [child.start, child.end];
    while (start > node.start && code[start - 1] === "(" && end < node.end && code[end] === ")")
      [start, end] = [start - 1, end + 1];
    return [code.slice(start, child.start), ...pieces(child, answers), code.slice(child.end, end)];
  };

  /** Without what has no effect where nobody takes its value. */
  const effect = (node, answers) => {
    if (node.type === "SequenceExpression") return effects(node, answers);
    const feature = open(node, answers);
    if (feature) return [chosen(feature, node, answers, effect)];
    if (node.type === "LogicalExpression" && spine(node).length) {
      const left = truth(node.left, answers);
      if (left !== undefined && left !== (node.operator === "&&")) return [];
    }
    if (node.type === "LogicalExpression" && !spine(node).length && node.right.type === "SequenceExpression")
      return [
        ...pieces(node.left, answers),
        code.slice(node.left.end, node.right.start),
        ...effect(node.right, answers),
        code.slice(node.right.end, node.end),
      ];
    return truth(node, answers) === undefined ? pieces(node, answers) : [];
  };

  const folded = {
    LogicalExpression: (node, answers) => {
      const left = truth(node.left, answers);
      if (left === undefined || node.operator === "??") return whole(node, answers);
      return alone(left === (node.operator === "&&") ? node.right : node.left, node, answers);
    },
    ConditionalExpression: (node, answers) => {
      const test = truth(node.test, answers);
      return test === undefined ? whole(node, answers) : alone(test ? node.consequent : node.alternate, node, answers);
    },
    UnaryExpression: (node, answers) => {
      const value = truth(node, answers);
      return value === undefined ? whole(node, answers) : [value ? "!0" : "!1"];
    },
    IfStatement: (node, answers) => {
      const said = branch(node, answers);
      return asked(node) === node.test ? (said.length ? said : [";"]) : ["{", ...said, "}"];
    },
    ExpressionStatement: (node, answers) => {
      const kept = effect(node.expression, answers);
      return kept.length ? [...kept, code.slice(node.expression.end, node.end)] : [";"];
    },
    Identifier: (node, answers) => [answers[node.name.slice(USES.length)] ? "!0" : "!1"],
  };

  const whole = (node, answers) => {
    const texts = [];
    let at = node.start;
    for (const child of childrenOf(node)) {
      texts.push(code.slice(at, child.start), ...pieces(child, answers));
      at = child.end;
    }
    return [...texts, code.slice(at, node.end)];
  };

  const pieces = (node, answers) => {
    const feature = open(node, answers);
    if (feature) return [chosen(feature, node, answers, pieces)];
    if (spine(node).length) return folded[node.type](node, answers);
    if (node.type === "Identifier" && node.name.startsWith(PLAN)) return [{ plan: node.name.slice(PLAN.length) }];
    if (node.type === "Identifier" && declared.has(node.name)) return [{ part: node.name }];
    if (node.type === "ExpressionStatement") return folded.ExpressionStatement(node, answers);
    if (node.type === "VariableDeclarator") return declarator(node, answers);
    if (node.type === "BlockStatement") return ["{", ...node.body.flatMap(each => statement(each, answers)), "}"];
    if (node.type === "ObjectExpression") return object(node, answers);
    if (node.type === "SequenceExpression") return sequence(node, answers);
    if (node.type === "MemberExpression" && !node.computed)
      return [
        code.slice(node.start, node.object.start),
        ...pieces(node.object, answers),
        code.slice(node.object.end, node.end),
      ];
    if (node.type === "Property" && node.shorthand && declared.has(node.value.name))
      return [`${node.value.name}:`, ...pieces(node.value, answers)];
    if (node.type === "Property" && !node.computed && !node.shorthand)
      return [code.slice(node.start, node.value.start), ...pieces(node.value, answers)];
    return whole(node, answers);
  };

  /** What comes before what an `if` asks, and the way that it then goes. */
  const branch = (node, answers) => {
    const test = truth(asked(node), answers);
    if (test === undefined) return whole(node, answers);
    const before =
      node.test === asked(node) ? [] : [...effects({ expressions: node.test.expressions.slice(0, -1) }, answers), ";"];
    const taken = test ? node.consequent : node.alternate;
    return taken ? [...before, ...pieces(taken, answers)] : before;
  };

  // What is declared without a value is undefined.
  const declarator = (node, answers) => {
    const feature = node.init ? open(node.init, answers) : undefined;
    if (feature) return [chosen(feature, node, answers, declarator)];
    const name = pieces(node.id, answers);
    const said = node.init ? pieces(node.init, answers) : [];
    if (!said.length || said.join("") === "void 0") return name;
    return [...name, code.slice(node.id.end, node.init.start), ...said, code.slice(node.init.end, node.end)];
  };

  /** In a block nothing has to stand where nothing is left. */
  const statement = (node, answers) => {
    const feature = open(node, answers);
    if (feature) return [chosen(feature, node, answers, statement)];
    if (node.type === "IfStatement") return branch(node, answers);
    const said = pieces(node, answers);
    return said.join("") === ";" ? [] : said;
  };

  /** What is left of an expression whose value nobody takes, with a comma before or after it. */
  const listed = (node, answers, before, after) => {
    const feature = open(node, answers);
    if (feature) return [chosen(feature, node, answers, (node, answers) => listed(node, answers, before, after))];
    const kept = effect(node, answers);
    return kept.length ? [before, ...kept, after] : [];
  };

  const sequence = ({ expressions }, answers) => [
    ...expressions.slice(0, -1).flatMap(each => listed(each, answers, "", ",")),
    ...pieces(expressions.at(-1), answers),
  ];

  // A property that is undefined is left out. A comma may stand behind the last one.
  const object = (node, answers) => {
    const property = (each, answers) => {
      const feature = each.value ? open(each.value, answers) : undefined;
      if (feature) return [chosen(feature, each, answers, property)];
      const said = pieces(each, answers);
      return said.join("").endsWith(":void 0") ? [] : [...said, ","];
    };
    const { properties } = node;
    if (!properties.some(each => each.value && spine(each.value).length)) return whole(node, answers);
    return ["{", ...properties.flatMap(each => property(each, answers)), "}"];
  };

  // Commas turn where an expression stands that is always there.
  const effects = ({ expressions }, answers) => {
    const pivot = Math.max(
      0,
      expressions.findIndex(each => !spine(each).length),
    );
    return expressions.flatMap((each, i) =>
      i === pivot ? pieces(each, answers) : listed(each, answers, i > pivot ? "," : "", i < pivot ? "," : ""),
    );
  };

  const parts = [...declared].map(([name, init]) => [name, init ? pieces(init, {}) : []]);
  const template = numbered(shared(joined({ parts, start: rest.flatMap(node => pieces(node, {})) })));
  const names = PART_NAMES.filter(name => !taken.has(name));
  if (names.length < template.parts.length) throw new Error("there are more parts than names for them");
  return { ...template, names };
};

/** Every piece of the list, and of its choices. */
const everyPiece = list =>
  list.flatMap(piece => (piece.uses ? [...everyPiece(piece.yes), ...everyPiece(piece.no)] : [piece]));

/** The list with other pieces in place of its own. */
const replaced = (list, other) =>
  list.map(piece =>
    piece.uses ? { uses: piece.uses, yes: replaced(piece.yes, other), no: replaced(piece.no, other) } : other(piece),
  );

/** Values that stand at several places as parts, so that they are carried once. */
const shared = ({ parts, start }) => {
  const all = [...parts.map(([, code]) => code), start].flatMap(everyPiece).flatMap(({ plan }) => plan ?? []);
  const often = [...new Set(all)].filter(name => all.indexOf(name) !== all.lastIndexOf(name));
  const other = piece => (often.includes(piece.plan) ? { part: PLAN + piece.plan } : piece);
  return {
    parts: [
      ...often.map(name => [PLAN + name, [{ plan: name }]]),
      ...parts.map(([name, code]) => [name, replaced(code, other)]),
    ],
    start: replaced(start, other),
  };
};

/** Texts side by side as one, and choices without a difference as what they come to. */
const joined = ({ parts, start }) => {
  const join = list => {
    const flat = list.flatMap(piece => {
      if (!piece.uses) return [piece];
      const [yes, no] = [join(piece.yes), join(piece.no)];
      return JSON.stringify(yes) === JSON.stringify(no) ? yes : [{ uses: piece.uses, yes: yes, no: no }];
    });
    const done = [];
    for (const piece of flat) {
      if (typeof piece === "string" && typeof done.at(-1) === "string") done.push(done.pop() + piece);
      else if (piece !== "") done.push(piece);
    }
    return done;
  };
  return { parts: parts.map(([name, code]) => [name, join(code)]), start: join(start) };
};

/** The parts by number: who writes the template out gives them names. */
const numbered = ({ parts, start }) => {
  const number = new Map(parts.map(([name], i) => [name, i]));
  const other = piece => (piece.part === undefined ? piece : { part: number.get(piece.part) });
  return { parts: parts.map(([, code]) => replaced(code, other)), start: replaced(start, other) };
};
