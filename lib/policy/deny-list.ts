import { CordonError, quoted } from "../errors/cordon-error";
import { HostPattern } from "../names/host-pattern";
import { identifier } from "../names/plain-text";
import { PASTE_SITES, SHADOW_MODELS, TUNNELS } from "./deny-list-hosts";
import { nearest } from "./nearest";

/** A deny list in the JSON form: a shipped one by its name, or a list of one's own with its hosts. */
export interface DenyListJson {
  readonly name: string;
  readonly hosts?: string[];
  /** Hosts of a shipped list that are approved. */
  readonly except?: string[];
}

const SHIPPED: { readonly [name: string]: readonly string[] } = {
  "shadow-models": SHADOW_MODELS,
  "paste-sites": PASTE_SITES,
  tunnels: TUNNELS,
};
const MOST_HOSTS = 1000;

/**
 * Hosts that a policy must not open, whoever adds an entry later. Cells deny what no policy lists, so that a deny list opens
 * and closes nothing by itself: it refuses the entry that would.
 */
export class DenyList {
  /** Models that were not approved: public model APIs, routers and chats. Those that were are left out by {@link without}. */
  public static readonly SHADOW_MODELS = DenyList.parse({ name: "shadow-models" }, "DenyList.SHADOW_MODELS");
  /** Places where anybody stores text or files for anybody. */
  public static readonly PASTE_SITES = DenyList.parse({ name: "paste-sites" }, "DenyList.PASTE_SITES");
  /** Services that connect a private network to the internet, and collectors of requests. */
  public static readonly TUNNELS = DenyList.parse({ name: "tunnels" }, "DenyList.TUNNELS");

  private constructor(
    public readonly name: string,
    /** Sorted by text. */
    public readonly hosts: readonly HostPattern[],
    private readonly json: DenyListJson,
  ) {
    Object.freeze(hosts);
    Object.freeze(json);
    Object.freeze(this);
  }

  /** A list of one's own: names, or `*.name` for every name below. @throws CORDON-001 to CORDON-003 */
  public static of(name: string, hosts: readonly string[]): DenyList {
    return DenyList.parse({ name, hosts: [...hosts] }, `DenyList.of(${quoted(name)})`);
  }

  /** @throws CORDON-030 for a name that is no shipped list, or the name of one with other hosts */
  public static parse({ name, hosts, except }: DenyListJson, at: string): DenyList {
    identifier(name, at, "the list's name");
    const shipped = SHIPPED[name];
    if (hosts === undefined) {
      if (shipped !== undefined) return DenyList.shipped(name, shipped, except ?? [], at);
      throw new CordonError(
        "CORDON-030",
        at,
        `there is no list ${quoted(name)}`,
        `use ${Object.keys(SHIPPED).join(", ")}, or give hosts`,
      );
    }
    if (shipped !== undefined) {
      throw new CordonError("CORDON-030", at, `${quoted(name)} is a shipped list`, "use another name, or no hosts");
    }
    if (except !== undefined) {
      throw new CordonError("CORDON-030", at, "it has hosts and exceptions", "leave the exceptions out of the hosts");
    }
    if (!Array.isArray(hosts) || hosts.length === 0 || hosts.length > MOST_HOSTS) {
      throw new CordonError("CORDON-030", at, "it names no hosts, or too many", `name 1 to ${MOST_HOSTS}`);
    }
    const read = patterns(hosts, at);
    return new DenyList(name, read, { name, hosts: read.map(String) });
  }

  /** A shipped list without hosts that are approved, and the names below them. @throws CORDON-030 for one that is not on it */
  public without(...hosts: string[]): DenyList {
    const { name, except = [], hosts: own } = this.json;
    const at = `deny list '${name}'`;
    if (own !== undefined) {
      throw new CordonError("CORDON-030", at, "it is a list of one's own", "leave the hosts out of it");
    }
    return DenyList.parse({ name, except: [...except, ...hosts] }, at);
  }

  private static shipped(name: string, hosts: readonly string[], except: readonly string[], at: string): DenyList {
    const left = [...new Set(except)].sort();
    const unknown = left.find((host) => !hosts.includes(host));
    if (unknown !== undefined) {
      const near = nearest(
        unknown,
        hosts.filter((host) => !host.startsWith("*.")),
      );
      throw new CordonError(
        "CORDON-030",
        at,
        `${quoted(unknown)} is not on it`,
        `use a host of it, such as ${near.join(", ")}`,
      );
    }
    const kept = hosts.filter((host) => !left.includes(host.replace(/^\*\./, "")));
    return new DenyList(name, patterns(kept, at), { name, ...(left.length === 0 ? {} : { except: left }) });
  }

  /** The entry of the list that a pattern would open a name of. */
  public match(pattern: HostPattern): HostPattern | undefined {
    return this.hosts.find((host) => host.covers(pattern) || pattern.covers(host));
  }

  public toJSON(): DenyListJson {
    return this.json;
  }
}

// A wildcard that refuses needs no reason.
function patterns(hosts: readonly string[], at: string): HostPattern[] {
  const read = hosts.map((host) => HostPattern.parse(host, at, { sharedTenancy: "a list that refuses" }));
  const unique = new Map(read.map((pattern) => [String(pattern), pattern]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, pattern]) => pattern);
}
