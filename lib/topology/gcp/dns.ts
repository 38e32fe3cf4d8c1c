import type { Fault, ResolverFacts } from "../model/facts";
import type { Inventory, PlannedResource } from "../read/inventory";
import { blocksOf, hasUnknown, isAbsent, isTrue, listOf, stringsOf, textOf } from "../read/values";
import type { Resolved } from "../resolve/value";
import { AddressSet } from "../sets/address-set";
import { NameSet } from "../sets/name-set";
import type { Names } from "./names";
import type { Networks } from "./networks";

/** What one part of the resolver does with the names that are its own. */
interface Answerer {
  readonly address: string;
  /** Names that it decides about. */
  readonly domain: NameSet;
  /** Those that it answers. */
  readonly answers: NameSet;
  /** More labels come first. */
  readonly depth: number;
  readonly says: { readonly yes: string; readonly no: string };
}

/** Private zones, response policies and server policies of networks. */
export class Resolvers {
  public constructor(
    private readonly inventory: Inventory,
    private readonly names: Names,
    private readonly networks: Networks,
  ) {}

  /**
   * What a network's resolver answers: a response policy first, then the most specific private zone, and the public names
   * where neither has the name.
   *
   * @see https://cloud.google.com/dns/docs/vpc-name-res-order
   */
  public of(network: string, unasked?: NameSet): ResolverFacts {
    const servers = this.servers(network);
    const parts = servers.length > 0 ? [] : [...this.responses(network), ...this.zones(network)];
    let undecided = NameSet.NAMED;
    let answers = NameSet.NONE;
    for (const part of parts) {
      answers = answers.union(part.answers.intersect(undecided));
      undecided = undecided.subtract(part.domain);
    }
    if (this.isOwn(network)) answers = answers.union(undecided);
    const lock = parts.find((part) => part.domain.equals(NameSet.NAMED));
    return {
      network,
      address: lock?.address ?? parts[0]?.address ?? network,
      answers,
      ...(unasked === undefined ? {} : { unasked }),
      closing: 'lock the root with an empty private zone ".", and forward single names',
      faults: [...servers, ...this.inbound(network)],
      decide: (name) => {
        const part = parts.find((one) => one.domain.has(name));
        if (part === undefined) {
          const says =
            servers.length > 0
              ? "another server is asked"
              : "no private zone has the name, so it is asked of the internet";
          return { address: servers[0]?.address ?? network, says };
        }
        return { address: part.address, says: part.answers.has(name) ? part.says.yes : part.says.no };
      },
    };
  }

  // The zones of a network that is not in the stack are not either.
  private isOwn(network: string): boolean {
    if (this.inventory.get(network)?.mode === "managed") return true;
    return this.inventory.counts("grants", network, "the network's zones are not in this stack", [`${network}.zones`]);
  }

  /** Names that the network's zones answer with one of some addresses. */
  public leadingTo(network: string, addresses: AddressSet): NameSet {
    const zones = this.zonesOf(network);
    const records = zones.flatMap((zone) => this.recordsOf(zone));
    const direct = records.filter((one) =>
      stringsOf(one.values["rrdatas"]).some((data) => addresses.overlaps(AddressSet.parse(data) ?? AddressSet.NONE)),
    );
    const targets = new Set(direct.map((one) => plain(one.values["name"])));
    const aliases = records.filter((one) => stringsOf(one.values["rrdatas"]).some((data) => targets.has(plain(data))));
    return NameSet.unionAll([...direct, ...aliases].map((one) => named(plain(one.values["name"]))));
  }

  /** Whether queries of a network are recorded. */
  public isLogged(network: string): boolean {
    return this.policies(network).some(({ address, values }) => {
      const value = values["enable_logging"];
      return (
        isTrue(value) ||
        (hasUnknown(value) && this.inventory.countsUnknown("restricts", address, "enable_logging", value))
      );
    });
  }

  private policies(network: string): PlannedResource[] {
    return this.inventory
      .of("restricts", "google_dns_policy")
      .filter((one) =>
        blocksOf(one.values["networks"]).some((two) =>
          this.networks.isIn(two["network_url"], network, one.address, "restricts"),
        ),
      );
  }

  private servers(network: string): Fault[] {
    return this.policies(network)
      .filter((one) => blocksOf(one.values["alternative_name_server_config"]).length > 0)
      .map(({ address }) => ({
        address,
        problem: "every name of the agents' network is asked of another server, past its private zones",
        fix: "remove alternative_name_server_config",
      }));
  }

  private inbound(network: string): Fault[] {
    return this.policies(network)
      .filter(({ address, values }) => {
        const value = values["enable_inbound_forwarding"];
        return (
          isTrue(value) ||
          (hasUnknown(value) && this.inventory.countsUnknown("grants", address, "enable_inbound_forwarding", value))
        );
      })
      .map(({ address }) => ({
        address,
        severity: "medium" as const,
        problem: "the agents' resolver answers queries from other networks",
        fix: "set enable_inbound_forwarding to false",
      }));
  }

  private zonesOf(network: string): PlannedResource[] {
    const isHere = ({ address, values }: PlannedResource): boolean => {
      const visible = blocksOf(values["private_visibility_config"]).flatMap((one) => blocksOf(one["networks"]));
      const effect = elsewhere({ values }) ? "grants" : "restricts";
      if (visible.some((one) => this.networks.isIn(one["network_url"], network, address, effect))) return true;
      const value = values["private_visibility_config"];
      return hasUnknown(value) && this.inventory.countsUnknown("grants", address, "private_visibility_config", value);
    };
    return this.inventory.all
      .filter((one) => one.type === "google_dns_managed_zone" && one.mode === "managed")
      .filter((zone) => textOf(zone.values["visibility"]) === "private" && isHere(zone))
      .filter(
        (zone) =>
          !zone.isDoubtful ||
          !elsewhere(zone) ||
          this.inventory.counts("grants", zone.address, EXISTS, zone.doubtTokens),
      );
  }

  private zones(network: string): Answerer[] {
    return this.zonesOf(network)
      .flatMap((zone) => this.zone(zone))
      .sort((a, b) => b.depth - a.depth || (a.address < b.address ? -1 : 1));
  }

  private zone(zone: PlannedResource): Answerer[] {
    const { address, values, isDoubtful } = zone;
    const isElsewhere = elsewhere(zone);
    if (typeof values["dns_name"] !== "string") {
      // A zone for nobody knows what: it may answer anything, or keep everything back.
      const effect = isElsewhere ? "grants" : "restricts";
      if (!this.inventory.countsUnknown(effect, address, "dns_name", values["dns_name"])) return [];
      return isElsewhere
        ? [{ address, domain: NameSet.NONE, answers: NameSet.NAMED, depth: 999, says: WORDS.forwarded }]
        : [{ address, domain: NameSet.NAMED, answers: NameSet.NONE, depth: 0, says: WORDS.zone }];
    }
    const name = plain(values["dns_name"]);
    const domain = name === "" ? NameSet.NAMED : NameSet.exact(name).union(NameSet.below(name));
    const depth = name === "" ? 0 : name.split(".").length;
    if (isElsewhere) return [{ address, domain, answers: domain, depth, says: WORDS.forwarded }];
    // A lock of which nobody knows whether it exists keeps nothing back in the open reading.
    const isLoose = isDoubtful && !this.inventory.counts("restricts", address, EXISTS, zone.doubtTokens);
    const answers = NameSet.unionAll(this.recordsOf(zone).map((record) => this.answeredBy(record)));
    return [{ address, domain: isLoose ? answers : domain, answers, depth, says: WORDS.zone }];
  }

  private recordsOf(zone: PlannedResource): PlannedResource[] {
    return this.inventory
      .of("grants", "google_dns_record_set")
      .filter((one) => this.names.addressOf(one.values["managed_zone"], zone.type) === zone.address);
  }

  private answeredBy({ address, values }: PlannedResource): NameSet {
    if (typeof values["name"] !== "string") {
      return this.inventory.countsUnknown("grants", address, "name", values["name"]) ? NameSet.NAMED : NameSet.NONE;
    }
    const name = plain(values["name"]);
    // A delegation hands everything below to somebody else.
    return values["type"] === "NS" ? named(name).union(NameSet.below(name)) : named(name);
  }

  // Local data answers in the network itself; zeros stand for no answer. What a rule passes on is decided by the zones.
  private responses(network: string): Answerer[] {
    const { inventory, names } = this;
    const policies = inventory
      .of("restricts", "google_dns_response_policy")
      .filter((one) =>
        blocksOf(one.values["networks"]).some((two) =>
          this.networks.isIn(two["network_url"], network, one.address, "restricts"),
        ),
      );
    const rules = policies.flatMap((policy) =>
      inventory
        .of("restricts", "google_dns_response_policy_rule")
        .filter(
          (one) =>
            names.addressOf(one.values["response_policy"], policy.type) === policy.address ||
            textOf(one.values["response_policy"]) === textOf(policy.values["response_policy_name"]),
        )
        .filter((one) => typeof one.values["dns_name"] === "string"),
    );
    const read = rules.map((rule) => {
      const name = plain(rule.values["dns_name"]);
      const data = blocksOf(blocksOf(rule.values["local_data"])[0]?.["local_datas"]).flatMap((one) =>
        listOf(one["rrdatas"]),
      );
      const isPassed = rule.values["behavior"] === "bypassResponsePolicy" || data.length === 0;
      const isSink = data.length > 0 && data.every((one) => one === "0.0.0.0" || one === "::");
      const isDoubtful = rule.isDoubtful || rule.values["local_data"] === undefined;
      return {
        rule,
        domain: named(name),
        isPassed,
        isSink,
        isDoubtful,
        depth: name.split(".").length + (name.startsWith("*") ? 0 : 0.5),
      };
    });
    let passed = NameSet.NONE;
    let seen = NameSet.NONE;
    return read
      .sort((a, b) => b.depth - a.depth || (a.rule.address < b.rule.address ? -1 : 1))
      .flatMap(({ rule, domain, isPassed, isSink, depth }) => {
        const own = domain.subtract(seen);
        seen = seen.union(domain);
        if (isPassed) {
          passed = passed.union(own);
          return [];
        }
        const decided = own.subtract(passed);
        return [
          {
            address: rule.address,
            domain: decided,
            answers: isSink ? NameSet.NONE : decided,
            depth,
            says: WORDS.response,
          },
        ];
      });
  }
}

const EXISTS = "whether it exists";

/** Whether a zone has no records of its own: another server or network is asked. */
const elsewhere = ({ values }: Pick<PlannedResource, "values">): boolean =>
  ["forwarding_config", "peering_config", "service_directory_config"].some((name) => !isAbsent(values[name]));

const WORDS = {
  forwarded: { yes: "asks another server for the name", no: "does not have the name" },
  zone: { yes: "answers the name", no: "holds the name's domain, and has no record of it" },
  response: { yes: "answers the name in the network itself", no: "answers with an address of nobody" },
};

/** A name without its final dot, in small letters; the root is the empty one. */
const plain = (value: Resolved | undefined): string => (textOf(value) ?? "").toLowerCase().replace(/\.$/, "");

const named = (name: string): NameSet =>
  name === "*" ? NameSet.NAMED : name.startsWith("*.") ? NameSet.below(name.slice(2)) : NameSet.exact(name);
