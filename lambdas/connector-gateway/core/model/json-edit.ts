import { JsonText } from "../content/json-text";
import { type ContentNode, jsonValueOf } from "../content/node";
import { utf8Bytes, utf8Text } from "../content/utf8";

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/** Changes of a JSON body that leave every other byte as it came, digits and blanks included. */
export class JsonEdit {
  public readonly root: ContentNode;
  private readonly source: string;
  private readonly splices: Splice[] = [];

  /** @throws malformed_request */
  public constructor(private readonly body: Uint8Array) {
    this.source = utf8Text(body);
    this.root = new JsonText(this.source).root;
  }

  /** The body as it came. */
  public get value(): unknown {
    return jsonValueOf(this.root);
  }

  public member(object: ContentNode, name: string): ContentNode | undefined {
    return object.shape === "object" ? object.members.find(({ key }) => key === name)?.node : undefined;
  }

  /** Gives a member a value; one that is not there becomes the first. */
  public set(object: ContentNode, name: string, value: unknown): void {
    const present = this.member(object, name);
    if (present !== undefined) this.replace(present, JSON.stringify(value));
    else this.insertFirst(object, `${JSON.stringify(name)}:${JSON.stringify(value)}`);
  }

  /** Puts a value before the others of a list. */
  public prepend(array: ContentNode, value: unknown): void {
    this.insertFirst(array, JSON.stringify(value));
  }

  public replace({ start, end }: ContentNode, text: string): void {
    this.splices.push({ from: start, to: end, text });
  }

  public toBytes(): Uint8Array {
    if (this.splices.length === 0) return this.body;
    const last = [...this.splices].sort((a, b) => b.from - a.from);
    return utf8Bytes(
      last.reduce((text, { from, to, text: put }) => text.slice(0, from) + put + text.slice(to), this.source),
    );
  }

  private insertFirst({ start, members }: ContentNode, text: string): void {
    this.splices.push({ from: start + 1, to: start + 1, text: members.length === 0 ? text : `${text},` });
  }
}
