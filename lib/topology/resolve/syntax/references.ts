import { type Attribute, childrenOf, type Index, type Name, type Node } from "./node";

/** A reference of an expression: its first word and the steps after it. */
export interface WrittenReference {
  readonly root: Name;
  readonly steps: readonly (Attribute | Index)[];
}

/** The reference that a node is, when it is one. */
export function referenceAt(node: Node): WrittenReference | undefined {
  const steps: (Attribute | Index)[] = [];
  let base = node;
  while (base.kind === "attribute" || base.kind === "index") {
    steps.push(base);
    base = base.of;
  }
  return base.kind === "name" ? { root: base, steps: steps.reverse() } : undefined;
}

/** Every reference of an expression but those to the variables of its own loops. */
export function referencesIn(node: Node): WrittenReference[] {
  const found: WrittenReference[] = [];
  collect(node, new Set(), found);
  return found;
}

/** The references as text, each once: `var.x`, `aws_vpc.x.id`; an index that is not a literal ends it. */
export function tokensIn(node: Node): string[] {
  return [...new Set(referencesIn(node).map(spell))];
}

function spell({ root, steps }: WrittenReference): string {
  let text = root.name;
  for (const step of steps) {
    if (step.kind === "attribute") text += `.${step.name}`;
    else if (step.key.kind === "literal") text += `[${JSON.stringify(step.key.value)}]`;
    else break;
  }
  return text;
}

function collect(node: Node, bound: ReadonlySet<string>, found: WrittenReference[]): void {
  const reference = referenceAt(node);
  if (reference !== undefined) {
    if (!bound.has(reference.root.name)) found.push(reference);
    for (const step of reference.steps) if (step.kind === "index") collect(step.key, bound, found);
  } else if (node.kind === "for") {
    collect(node.over, bound, found);
    const inner = new Set([...bound, ...(node.keyName === undefined ? [] : [node.keyName]), node.valueName]);
    for (const child of childrenOf(node)) if (child !== node.over) collect(child, inner, found);
  } else {
    for (const child of childrenOf(node)) collect(child, bound, found);
  }
}
