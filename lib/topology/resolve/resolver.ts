import type { Configuration } from "../load/configuration";
import type { JsonValue } from "../terraform-json";
import { ConfigurationWorld } from "./configuration-world";
import { settled } from "./inspect";
import { type Resolved, Unknown } from "./value";

const TEMPLATE = /[$%]\{/;

/**
 * Tells what the values of a configuration are: follows references to arguments and local values, evaluates pure
 * functions, and leaves everything else as a `Reference` or an `Unknown`. It never throws; what Terraform would refuse
 * is unknown. Every local value, argument and text is evaluated once.
 */
export class Resolver {
  private readonly world: ConfigurationWorld;
  private readonly texts = new Map<string, Resolved>();

  /**
   * @param configuration what `load/` read
   * @param assumptions values for tokens that the configuration leaves open, `{"var.peer_cidr": "10.9.0.0/16"}`
   */
  public constructor(configuration: Configuration, assumptions: { [token: string]: JsonValue } = {}) {
    this.world = new ConfigurationWorld(configuration, assumptions);
  }

  /** What a value says, with everything inside of it. */
  public resolve(value: JsonValue | undefined): Resolved {
    if (value === undefined || value === null) return null;
    if (typeof value === "string") return this.text(value);
    if (typeof value !== "object") return value;
    return settled(this.world.evaluated(value));
  }

  /** What one string says. */
  public text(template: string): Resolved {
    if (!TEMPLATE.test(template)) return template;
    const known = this.texts.get(template);
    if (known !== undefined) return known;
    const value = settled(this.world.evaluated(template));
    const resolved =
      value instanceof Unknown && value.text === "" ? new Unknown(template, value.tokens, value.reason) : value;
    this.texts.set(template, resolved);
    return resolved;
  }
}
