import type { JsonValue } from "../terraform-json";

/** Arguments of a block by name. */
export interface Block {
  readonly [argument: string]: JsonValue;
}

/** One resource or data source, one instance of it where count or for_each is known. */
export interface LoadedResource {
  readonly mode: "managed" | "data";
  readonly type: string;
  readonly name: string;
  /** `aws_subnet.a`, `data.aws_vpc.x`, `module.net.aws_subnet.a`, `aws_subnet.a["x"]`, `aws_subnet.a[0]`. */
  readonly address: string;
  /** The arguments as written; comments and meta arguments are taken out. */
  readonly values: Block;
  /** The path of the construct that made it, from `//`.metadata.path. */
  readonly constructPath?: string;
  /** Set where it is not known how many there are: the resource then stands for all of them. */
  readonly count?: JsonValue;
  /** Set where it is not known which ones there are: the resource then stands for all of them. */
  readonly forEach?: JsonValue;
  /** A provider other than the type's default one, `aws.us`; it may work in another account or region. */
  readonly provider?: string;
  /** Arguments whose later values Terraform leaves alone, from lifecycle. */
  readonly ignoreChanges?: JsonValue;
  /** Whether commands run when it is made. */
  readonly provisioners?: boolean;
  /** Addresses that it waits for. */
  readonly dependsOn: string[];
}

/** One stack: what Terraform would plan from it, as far as its JSON tells. */
export interface Configuration {
  /** The stack's name, else the name of its folder or file. */
  readonly name: string;
  /** The path as given, or `synth`. */
  readonly source: string;
  readonly format: "synth" | "terraform-json" | "plan" | "state";
  /** Sorted by address. */
  readonly resources: LoadedResource[];
  /**
   * Local values by name. What modules are given, compute and return has the whole address as its name:
   * `module.net.var.cidr`, `module.net.local.zones`, `module.net.output.subnet`.
   */
  readonly locals: { [name: string]: JsonValue };
  /** Inputs of the stack. A default is not its value: a caller may pass another one. */
  readonly variables: { [name: string]: { default?: JsonValue } };
  readonly providers: { [name: string]: Block[] };
  /** What the stack declares about itself: the value of `cordon` below the comment key of the root. */
  readonly declaration?: JsonValue;
  /** SHA-256 of the bytes that were read, in hex. */
  readonly digest: string;
  /** What could not be read and is no error. Each is something unknown. */
  readonly notes: string[];
}
