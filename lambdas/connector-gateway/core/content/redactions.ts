import type { RedactionJson, RedactionMode } from "../../../../lib/policy/connector-json";
import { GatewayProblem } from "../problem";
import { type ContentNode, type Edit, jsonValueOf, nodeOf, plainTextOf } from "./node";
import { type PathStep, parsePathExpression, type Selector } from "./path-expression";
import { detokenise, hashOf, type TokenKeys, tokenOf } from "./tokens";

/** What is done with a value: a redaction of the policy, or a token that becomes its value again. */
type EditMode = RedactionMode | "restore";

/** A place and what is done there. */
interface PathEdit {
  readonly path: string;
  readonly mode: EditMode;
}

/** How many values one redaction changed. */
export interface RedactionCount {
  readonly path: string;
  readonly mode: EditMode;
  readonly count: number;
}

/** From what hides most to what hides least; where paths meet, the first of them holds. */
const STRENGTH: readonly EditMode[] = ["remove", "mask", "hash", "token", "last4", "restore"];
const MAX_SELECTORS = 64;

/** A state of the match: where paths that begin alike part. */
class TrieNode {
  public readonly names = new Map<string, TrieNode>();
  public readonly indexes = new Map<number, TrieNode>();
  public readonly tokens = new Map<string, TrieNode>();
  public any: TrieNode | undefined;
  /** Its edges hold at every depth from here. */
  public below: TrieNode | undefined;
  public redaction: PathEdit | undefined;

  public constructor(public readonly isDescendant = false) {}

  public next(selector: Selector): TrieNode {
    if (selector.kind === "name") return entryOf(this.names, selector.name);
    if (selector.kind === "index") return entryOf(this.indexes, selector.index);
    if (selector.kind === "token") return entryOf(this.tokens, selector.token);
    this.any ??= new TrieNode();
    return this.any;
  }

  public end(redaction: PathEdit): void {
    this.redaction = stronger(this.redaction, redaction);
  }

  public get hasEdges(): boolean {
    return (
      this.names.size + this.indexes.size + this.tokens.size > 0 || this.any !== undefined || this.below !== undefined
    );
  }
}

/** Redactions of one direction, ready to be applied. */
export class CompiledRedactions {
  private readonly root = new TrieNode();

  public constructor(
    private readonly list: readonly PathEdit[],
    at: string,
  ) {
    for (const redaction of list) {
      if (!STRENGTH.includes(redaction.mode)) {
        throw new GatewayProblem("policy_unavailable", `${at}: a redaction has an unknown mode.`);
      }
      const steps = parsePathExpression(redaction.path, at);
      if (steps.reduce((product, { selectors }) => product * selectors.length, 1) > MAX_SELECTORS) {
        throw new GatewayProblem("policy_unavailable", `${at}: a path of a redaction has too many alternatives.`);
      }
      insert(this.root, steps, redaction);
    }
  }

  public get isEmpty(): boolean {
    return this.list.length === 0;
  }

  /** Edits what the paths select. @throws inspection_incomplete where they lead into what can't be opened */
  public apply(root: ContentNode, keys: TokenKeys): RedactionCount[] {
    const counts = new Map<PathEdit, number>();
    const visit = (node: ContentNode, states: ReadonlySet<TrieNode>): void => {
      if (node.edit !== undefined) return;
      const redaction = [...states].reduce<PathEdit | undefined>(
        (found, state) => stronger(found, state.redaction),
        undefined,
      );
      if (redaction !== undefined) {
        node.edit = editOf(node, redaction, keys);
        if (node.edit !== undefined) counts.set(redaction, (counts.get(redaction) ?? 0) + 1);
        return;
      }
      if (node.isOpaque && [...states].some((state) => state.hasEdges)) {
        throw new GatewayProblem("inspection_incomplete", "A redaction leads into content that can't be opened.");
      }
      for (const { key, node: child } of node.members) {
        const next = statesBelow(states, key, node);
        if (next.size > 0) visit(child, next);
      }
    };
    visit(root, closed([this.root]));
    return this.list
      .map((redaction) => ({ path: redaction.path, mode: redaction.mode, count: counts.get(redaction) ?? 0 }))
      .filter(({ count }) => count > 0);
  }
}

/** Redactions of one direction. @throws policy_unavailable where a path can't be read */
export function compileRedactions(
  list: readonly RedactionJson[],
  direction: "request" | "response",
  at: string,
): CompiledRedactions {
  const own = list.filter(({ in: where = "response" }) => where === direction || where === "both");
  return new CompiledRedactions(own, at);
}

/** Tokens that become their values again, in these fields alone. @throws policy_unavailable where a path can't be read */
export function compileRestores(paths: readonly string[], at: string): CompiledRedactions {
  return new CompiledRedactions(
    paths.map((path) => ({ path, mode: "restore" })),
    at,
  );
}

/** A JSON value as it leaves, such as a tool's result inside of a message. */
export function redactValue(
  value: unknown,
  redactions: CompiledRedactions,
  keys: TokenKeys,
): { value: unknown; counts: RedactionCount[] } {
  if (redactions.isEmpty) return { value, counts: [] };
  const root = nodeOf(value);
  const counts = redactions.apply(root, keys);
  if (counts.length === 0) return { value, counts };
  return { value: root.edit?.kind === "remove" ? null : jsonValueOf(root), counts };
}

function insert(node: TrieNode, steps: readonly PathStep[], redaction: PathEdit): void {
  const [step, ...rest] = steps;
  if (step === undefined) {
    node.end(redaction);
    return;
  }
  if (step.isDescendant) node.below ??= new TrieNode(true);
  const from = step.isDescendant && node.below !== undefined ? node.below : node;
  for (const selector of step.selectors) insert(from.next(selector), rest, redaction);
}

function statesBelow(states: ReadonlySet<TrieNode>, key: string, parent: ContentNode): Set<TrieNode> {
  const isArray = parent.shape === "array";
  const found: (TrieNode | undefined)[] = [];
  for (const state of states) {
    if (state.isDescendant) found.push(state);
    found.push(state.any, state.tokens.get(key));
    if (!isArray) found.push(state.names.get(key));
    else if (state.indexes.size > 0) {
      found.push(state.indexes.get(Number(key)), state.indexes.get(Number(key) - parent.members.length));
    }
  }
  return closed(found);
}

function closed(nodes: readonly (TrieNode | undefined)[]): Set<TrieNode> {
  const states = new Set<TrieNode>();
  for (const node of nodes) {
    if (node === undefined) continue;
    states.add(node);
    if (node.below !== undefined) states.add(node.below);
  }
  return states;
}

function entryOf<K>(map: Map<K, TrieNode>, key: K): TrieNode {
  const node = map.get(key) ?? new TrieNode();
  map.set(key, node);
  return node;
}

function stronger(a: PathEdit | undefined, b: PathEdit | undefined): PathEdit | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return STRENGTH.indexOf(b.mode) < STRENGTH.indexOf(a.mode) ? b : a;
}

function editOf(node: ContentNode, { mode, path }: PathEdit, keys: TokenKeys): Edit | undefined {
  if (mode === "restore") {
    const text = node.shape === "string" ? detokenise(node.text, keys) : node.text;
    return text === node.text ? undefined : { kind: "text", text };
  }
  if (mode === "remove") return { kind: "remove" };
  if (mode === "hash") return { kind: "text", text: hashOf(plainTextOf(node), path, keys) };
  if (mode === "token") return { kind: "text", text: tokenOf(plainTextOf(node), keys) };
  return { kind: "text", text: mode === "last4" ? lastFour(node) : "***" };
}

// Of what has eight characters or less, four would be half of it.
function lastFour(node: ContentNode): string {
  const characters = node.isContainer || node.isBinary ? [] : [...node.text];
  return characters.length > 8 ? `***${characters.slice(-4).join("")}` : "***";
}
