/**
 * Names read from their end, as a trie with whole texts on its edges. `end` says whether the name that ends here is in;
 * `rest` whether the names are that go on in a way no edge says. Inside of an edge the rest of the node before it counts.
 * Nodes are never changed, and the same set is always the same trie.
 */
export interface NameNode {
  readonly end: boolean;
  readonly rest: boolean;
  readonly edges: ReadonlyMap<string, NameEdge>;
}

interface NameEdge {
  readonly text: string;
  readonly node: NameNode;
}

type Operation = (a: boolean, b: boolean) => boolean;

const NO_EDGES: ReadonlyMap<string, NameEdge> = new Map();

export const leaf = (end: boolean, rest: boolean): NameNode => ({ end, rest, edges: NO_EDGES });

/** The trie with one node at the end of a path, and nothing beside it. */
export function pathTo(reversed: string, node: NameNode): NameNode {
  return reversed === "" ? node : made(false, false, [{ text: reversed, node }]);
}

/** The names for which the operation says yes, of their membership in the two tries. */
export function combined(a: NameNode, b: NameNode, operation: Operation): NameNode {
  if (a === b) {
    if (!operation(false, false) && operation(true, true)) return a;
    if (!operation(false, false) && !operation(true, true)) return leaf(false, false);
  }
  const short =
    shortened(a, b, operation) ??
    shortened(b, a, (one, other) => operation(other, one)) ??
    (a.edges.size === 0 && b.edges.size === 0 ? leaf(operation(a.end, b.end), operation(a.rest, b.rest)) : undefined);
  if (short !== undefined) return short;
  const edges: NameEdge[] = [];
  for (const [first, edge] of a.edges) {
    const other = b.edges.get(first);
    edges.push(
      other === undefined
        ? { text: edge.text, node: combined(edge.node, leaf(b.rest, b.rest), operation) }
        : joined(a, edge, b, other, operation),
    );
  }
  for (const [first, edge] of b.edges) {
    if (!a.edges.has(first)) {
      edges.push({ text: edge.text, node: combined(leaf(a.rest, a.rest), edge.node, operation) });
    }
  }
  return made(operation(a.end, b.end), operation(a.rest, b.rest), edges);
}

export function sameTrie(a: NameNode, b: NameNode): boolean {
  if (a === b) return true;
  if (a.end !== b.end || a.rest !== b.rest || a.edges.size !== b.edges.size) return false;
  for (const [first, edge] of a.edges) {
    const other = b.edges.get(first);
    if (other === undefined || other.text !== edge.text || !sameTrie(edge.node, other.node)) return false;
  }
  return true;
}

/** Whether a name is in, given from its end. */
export function holds(root: NameNode, reversed: string): boolean {
  let node = root;
  for (let at = 0; at < reversed.length; ) {
    const edge = node.edges.get(reversed.charAt(at));
    if (edge === undefined || !reversed.startsWith(edge.text, at)) return node.rest;
    at += edge.text.length;
    node = edge.node;
  }
  return node.end;
}

// What is the same for every name: `b` says nothing, or nothing that `a` would change.
function shortened(a: NameNode, b: NameNode, operation: Operation): NameNode | undefined {
  if (b.edges.size > 0 || b.end !== b.rest) return undefined;
  const [whenOut, whenIn] = [operation(false, b.rest), operation(true, b.rest)];
  if (whenOut === whenIn) return leaf(whenIn, whenIn);
  return whenIn ? a : undefined;
}

function joined(a: NameNode, one: NameEdge, b: NameNode, other: NameEdge, operation: Operation): NameEdge {
  let length = 1;
  while (length < one.text.length && one.text[length] === other.text[length]) length += 1;
  return {
    text: one.text.slice(0, length),
    node: combined(after(a, one, length), after(b, other, length), operation),
  };
}

// The node at a place inside of an edge.
function after(from: NameNode, edge: NameEdge, length: number): NameNode {
  if (length === edge.text.length) return edge.node;
  const rest = { text: edge.text.slice(length), node: edge.node };
  return { end: from.rest, rest: from.rest, edges: new Map([[rest.text.charAt(0), rest]]) };
}

// Leaves out what the node says by itself, and puts edges together where nothing happens between them.
function made(end: boolean, rest: boolean, edges: NameEdge[]): NameNode {
  const kept = new Map<string, NameEdge>();
  for (const edge of edges) {
    const { node } = edge;
    const isSilent = node.end === rest && node.rest === rest;
    if (isSilent && node.edges.size === 0) continue;
    const [only] = node.edges.values();
    const short =
      isSilent && node.edges.size === 1 && only !== undefined ? { text: edge.text + only.text, node: only.node } : edge;
    kept.set(short.text.charAt(0), short);
  }
  return { end, rest, edges: kept };
}
