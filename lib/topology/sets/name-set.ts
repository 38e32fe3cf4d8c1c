import { combined, holds, leaf, type NameNode, pathTo, sameTrie } from "./name-trie";

/**
 * A set of host names that a connection can carry, exact. One more element stands for a connection without a name. Names
 * are compared without regard to case; nothing else about them is interpreted.
 */
export class NameSet {
  public static readonly NONE = new NameSet(leaf(false, false));
  /** Every name, and no name. */
  public static readonly ALL = new NameSet(leaf(true, true));
  public static readonly NAMED = new NameSet(leaf(false, true));
  public static readonly NAMELESS = new NameSet(leaf(true, false));

  // The empty name is "no name".
  private constructor(private readonly root: NameNode) {}

  public static exact(name: string): NameSet {
    return new NameSet(pathTo(reversed(name), leaf(true, false)));
  }

  /** Every name below a name, at any depth, without the name itself. */
  public static below(name: string): NameSet {
    return new NameSet(pathTo(reversed(`.${name}`), leaf(false, true)));
  }

  /** Every name that ends with a text, also inside of a label: `evilx.com` ends with `x.com`. No name begins with a dot. */
  public static suffix(text: string): NameSet {
    if (text.startsWith(".")) return NameSet.below(text.slice(1));
    return text === "" ? NameSet.NAMED : new NameSet(pathTo(reversed(text), leaf(true, true)));
  }

  public static unionAll(sets: NameSet[]): NameSet {
    if (sets.length === 0) return NameSet.NONE;
    let level = sets.map((set) => set.root);
    while (level.length > 1) {
      const next: NameNode[] = [];
      for (let index = 0; index < level.length; index += 2) {
        const [one, other] = [level[index], level[index + 1]];
        if (one !== undefined) next.push(other === undefined ? one : combined(one, other, (a, b) => a || b));
      }
      level = next;
    }
    return new NameSet(level[0] ?? leaf(false, false));
  }

  public get isEmpty(): boolean {
    return !this.root.end && !this.root.rest && this.root.edges.size === 0;
  }

  public get isAll(): boolean {
    return this.root.end && this.root.rest && this.root.edges.size === 0;
  }

  public union(other: NameSet): NameSet {
    return new NameSet(combined(this.root, other.root, (a, b) => a || b));
  }

  public intersect(other: NameSet): NameSet {
    if (this === other || other === NameSet.ALL) return this;
    if (this === NameSet.ALL) return other;
    return new NameSet(combined(this.root, other.root, (a, b) => a && b));
  }

  public subtract(other: NameSet): NameSet {
    return new NameSet(combined(this.root, other.root, (a, b) => a && !b));
  }

  public complement(): NameSet {
    return NameSet.ALL.subtract(this);
  }

  public isSubsetOf(other: NameSet): boolean {
    return this === other || this.subtract(other).isEmpty;
  }

  public equals(other: NameSet): boolean {
    return sameTrie(this.root, other.root);
  }

  /** @param name undefined for a connection without one */
  public has(name: string | undefined): boolean {
    return holds(this.root, reversed(name ?? ""));
  }

  /**
   * The set for a reader, sorted: `x.com`, `*.x.com`, `*x.com` for a suffix inside of a label, `*` for every name, `-` for
   * no name; `!` before what is taken out of a wider one.
   */
  public patterns(): string[] {
    const found = [...(this.root.rest ? ["*"] : []), ...(this.root.end ? ["-"] : [])];
    const walk = (node: NameNode, suffix: string): void => {
      for (const { text, node: next } of node.edges.values()) {
        const name = reversed(text) + suffix;
        // What a pattern with a star says of the name itself: a name never begins with a dot.
        const said = next.rest === node.rest || name.startsWith(".") ? node.rest : next.rest;
        if (next.rest !== node.rest) found.push(`${next.rest ? "" : "!"}*${name}`);
        if (next.end !== said && !name.startsWith(".")) found.push(`${next.end ? "" : "!"}${name}`);
        walk(next, name);
      }
    };
    walk(this.root, "");
    return found.sort();
  }

  /** A name of the set, a short and readable one; undefined for the empty set and for "no name" alone. */
  public sample(): string | undefined {
    const queue: [NameNode, string][] = [[this.root, ""]];
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [node, suffix] = next;
      if (node.end && suffix !== "") return suffix;
      if (node.rest) {
        const words = suffix === "" ? ["unlisted.example", "unlisted.test", "unlisted.invalid"] : ["unlisted"];
        const found = [...words, ...FIRST].map((word) => word + suffix).find((name) => this.has(name));
        if (found !== undefined) return found;
      }
      for (const { text, node: inner } of node.edges.values()) queue.push([inner, reversed(text) + suffix]);
    }
    return undefined;
  }

  /** A text of the content, the same for the same set. */
  public get key(): string {
    const walk = (node: NameNode): string =>
      `${node.end ? 1 : 0}${node.rest ? 1 : 0}${[...node.edges.values()]
        .sort((a, b) => (a.text < b.text ? -1 : 1))
        .map(({ text, node: next }) => `(${text}${walk(next)})`)
        .join("")}`;
    return walk(this.root);
  }
}

// What a name can begin with, letters before signs.
const FIRST = "xzabcdefghijklmnopqrstuvwy0123456789-_*!#$%&'+/=?@^`{|}~";

const reversed = (text: string): string => [...text.toLowerCase()].reverse().join("");
