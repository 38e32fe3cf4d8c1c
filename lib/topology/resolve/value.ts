/**
 * An attribute that a resource gets when it is created and that tells it from every other one: an id, an ARN, the
 * endpoint of a firewall in a zone. Two references are one thing exactly when address and attribute are the same.
 */
export class Reference {
  /**
   * @param address the resource, `aws_subnet.a` or `module.net.aws_subnet.a["x"]`; a data source is an object outside
   * of the configuration
   * @param attribute `id`, `arn`, `default_route_table_id`, `endpoint["eu-west-1a"]`, `endpoint[*]` for one of a
   * firewall's endpoints without telling which
   */
  public constructor(
    public readonly address: string,
    public readonly attribute: string,
  ) {}

  /** The expression that names it. */
  public get token(): string {
    return `${this.address}.${this.attribute}`;
  }
}

/** A value that the configuration does not tell. */
export class Unknown {
  /**
   * @param text the template, with the parts that are known written out: `arn:aws:s3:::logs-${var.stage}`
   * @param tokens what would have to be known: `var.stage`; each can be given as an assumption
   * @param reason why it is not known, when it is not for a missing value: a cycle, a function that is not evaluated
   */
  public constructor(
    public readonly text: string,
    public readonly tokens: readonly string[],
    public readonly reason?: string,
  ) {}
}

/** What a value of the configuration says: known parts as they are, the others as a `Reference` or `Unknown`. */
export type Resolved =
  | string
  | number
  | boolean
  | null
  | Reference
  | Unknown
  | Resolved[]
  | { [key: string]: Resolved };
