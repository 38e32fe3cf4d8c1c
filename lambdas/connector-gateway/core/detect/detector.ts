/** A kind of value that is looked for. */
export interface Detector {
  /** Stable name that policies and records use. */
  readonly id: string;
  readonly kind: "secret" | "personal";
  readonly title: string;
  /** Page of the vendor, or the standard, that says what the value looks like. */
  readonly source: string;
  /**
   * The check alone passes for about one in ten unrelated values, so that a word next to the value has to agree. `alert` is the
   * action to begin with.
   * @default false
   */
  readonly isNoisy?: boolean;
}

/** A value that was found. */
export interface Finding {
  readonly detector: string;
  readonly kind: "secret" | "personal";
  /** Place in the scanned text; of the encoded run where the value was decoded. */
  readonly start: number;
  readonly end: number;
  /** Encodings from the outermost to the innermost; empty for plain text. */
  readonly decoded: readonly string[];
}

/** Characters that may not stand next to a value. */
export type Boundary = "none" | "alphanumeric" | "token";

/** A secret as data: where to look, what it looks like, what has to hold. */
export interface SecretRule extends Detector {
  readonly kind: "secret";
  /** Literals of the value or of its name, in any case; a window is opened at each. */
  readonly keywords: readonly string[];
  /** Characters between the start of the pattern and the keyword, least and most. */
  readonly before: readonly [number, number];
  /** A regular expression without nested or unbounded repeats, matched at one place. Its first group, if any, is the secret. */
  readonly pattern: string;
  readonly ignoreCase: boolean;
  /** The keyword is a name that people write in any case. */
  readonly anyCaseKeyword: boolean;
  readonly left: Boundary;
  readonly right: Boundary;
  /** A checksum, a structure or an amount of entropy. */
  readonly check?: (secret: string) => boolean;
  /** Values that vendors print in their documentation. */
  readonly examples: readonly string[];
  /** A cheap look that spares the window of a keyword that is common in prose. */
  readonly guard?: (text: string, from: number) => boolean;
  /** Characters that continue the secret past what the pattern reads. */
  readonly tail?: "token" | "base64" | "lines";
}
