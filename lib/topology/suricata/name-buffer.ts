import { ANY_NAME, bothNames, type NameCondition, nameCondition, OPAQUE_NAME } from "./name-condition";
import { type ContentBytes, type RuleOption, readContent } from "./options";

type Content = ContentBytes & { noCase: boolean; atStart: boolean; atEnd: boolean; depth?: number; isWhole: boolean };

const BUFFERS = new Map([
  ["tls.sni", { lowers: false }],
  ["tls_sni", { lowers: false }],
  ["http.host", { lowers: true }],
]);

/** Whether the options after a keyword look at the flow's name. */
export const isNameBuffer = (keyword: string): boolean => BUFFERS.has(keyword);

/** The options after `tls.sni` or `http.host`: what they ask of the name. */
export class NameBuffer {
  /** Keywords whose meaning this reader does not know in full. */
  public readonly opaque: string[] = [];
  private readonly contents: Content[] = [];
  private ignoresCase: boolean;
  private dotInFront = false;
  private size: number | undefined;
  private isNamed = false;

  public constructor(private readonly keyword: string) {
    this.ignoresCase = BUFFERS.get(keyword)?.lowers === true;
  }

  public read({ keyword, value }: RuleOption): void {
    const last = this.contents.at(-1);
    const content = keyword === "content" ? readContent(value) : undefined;
    if (content !== undefined) {
      this.contents.push({ ...content, noCase: this.ignoresCase, atStart: false, atEnd: false, isWhole: true });
    } else if (keyword === "dotprefix" && last === undefined) this.dotInFront = true;
    else if (keyword === "to_lowercase" && last === undefined) this.ignoresCase = true;
    else if (keyword === "bsize") this.readSize(value ?? "");
    else if (last === undefined || !this.readModifier(last, keyword, value))
      this.opaque.push(`${this.keyword} ${keyword}`);
  }

  /** Undefined where the options do not say what they look for. */
  public condition(): NameCondition | undefined {
    const conditions = this.contents.map((content) => this.conditionOf(content));
    if (this.size !== undefined && !this.isSizeOfContent()) conditions.push(OPAQUE_NAME);
    if (this.opaque.length > 0) conditions.push(OPAQUE_NAME);
    if (conditions.length === 0) return this.isNamed ? ANY_NAME : undefined;
    return conditions.reduce(bothNames, ANY_NAME);
  }

  private readSize(value: string): void {
    if (/^>\s*0$/.test(value)) this.isNamed = true;
    else if (/^\d+$/.test(value)) this.size = Number(value);
    else this.opaque.push(`${this.keyword} bsize`);
  }

  private readModifier(last: Content, keyword: string, value: string | undefined): boolean {
    if (keyword === "nocase") last.noCase = true;
    else if (keyword === "startswith") last.atStart = true;
    else if (keyword === "endswith") last.atEnd = true;
    else if (keyword === "isdataat" && /^!\s*1\s*,\s*relative$/.test(value ?? "")) last.atEnd = true;
    else if (keyword === "depth" && Number(value) === last.bytes.length) last.atStart = true;
    else return keyword === "offset" && value === "0";
    return true;
  }

  private conditionOf(content: Content): NameCondition {
    const { bytes, negated, noCase, atStart, atEnd } = content;
    const whole = this.isSizeOfContent();
    return nameCondition({
      bytes,
      negated,
      inOneCase: !noCase,
      atStart: atStart || whole,
      atEnd: atEnd || whole,
      dotInFront: this.dotInFront,
    });
  }

  private isSizeOfContent(): boolean {
    const [only, ...more] = this.contents;
    return this.size !== undefined && more.length === 0 && only?.negated === false && only.bytes.length === this.size;
  }
}
