import { Route53ResolverFirewallConfig } from "@cdktf/provider-aws/lib/route53-resolver-firewall-config";
import { Route53ResolverFirewallDomainList } from "@cdktf/provider-aws/lib/route53-resolver-firewall-domain-list";
import { Route53ResolverFirewallRule } from "@cdktf/provider-aws/lib/route53-resolver-firewall-rule";
import { Route53ResolverFirewallRuleGroup } from "@cdktf/provider-aws/lib/route53-resolver-firewall-rule-group";
import { Route53ResolverFirewallRuleGroupAssociation } from "@cdktf/provider-aws/lib/route53-resolver-firewall-rule-group-association";
import { Route53ResolverQueryLogConfig } from "@cdktf/provider-aws/lib/route53-resolver-query-log-config";
import { Route53ResolverQueryLogConfigAssociation } from "@cdktf/provider-aws/lib/route53-resolver-query-log-config-association";
import { type ITerraformDependable, Lazy } from "cdktf";
import { Construct } from "constructs";
import type { CompiledDns } from "../../lib/compile/dns-allow-list";
import type { AwsLogStore } from "./log-store";
import type { AwsCellNetwork } from "./network";

export interface AwsDnsFirewallProps {
  readonly cellName: string;
  readonly network: AwsCellNetwork;
  readonly logs: AwsLogStore;
  readonly maintenance: boolean;
  /** Names of all agents and endpoints, compiled when the stack is synthesized. */
  readonly compiled: () => CompiledDns;
}

const ALLOW_PRIORITY = 200;
const DENY_PRIORITY = 9000;

/**
 * The resolver of a cell: it answers names that a policy or a private endpoint has, and no other; it refuses all when its
 * firewall is unreachable; every query is logged. Security groups can't filter the VPC resolver, so this is the one
 * control over DNS as a way out.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/resolver-dns-firewall.html
 */
export class AwsDnsFirewall extends Construct {
  public readonly ruleGroup: Route53ResolverFirewallRuleGroup;
  public readonly association: Route53ResolverFirewallRuleGroupAssociation;
  /** Answers nothing while the firewall can't decide. */
  public readonly config: Route53ResolverFirewallConfig;
  public readonly queryLog: Route53ResolverQueryLogConfig;
  public readonly queryLogAssociation: Route53ResolverQueryLogConfigAssociation;
  /** Rules and their lists by name: `https-records`, `svcb-records`, `deny`, and the allow lists once synthesized. */
  public readonly rules = new Map<string, Route53ResolverFirewallRule>();
  public readonly lists = new Map<string, Route53ResolverFirewallDomainList>();
  /** Refuses every name that no list before has. */
  public readonly denyRule: Route53ResolverFirewallRule;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: AwsDnsFirewallProps,
  ) {
    super(scope, id);
    const { cellName, network, logs } = props;
    this.ruleGroup = new Route53ResolverFirewallRuleGroup(this, "Resource", { name: cellName, tags: network.tags() });
    // A client that learns keys for encrypted hello or HTTP/3 from these records hides the name from the firewall.
    this.refuseAll("https-records", 100, "NODATA", "TYPE65");
    this.refuseAll("svcb-records", 110, "NODATA", "TYPE64");
    this.denyRule = this.refuseAll("deny", DENY_PRIORITY, "NXDOMAIN");
    this.config = new Route53ResolverFirewallConfig(this, "FailClosed", {
      resourceId: network.vpcId,
      firewallFailOpen: "DISABLED",
    });
    this.association = new Route53ResolverFirewallRuleGroupAssociation(this, "Association", {
      name: cellName,
      vpcId: network.vpcId,
      firewallRuleGroupId: this.ruleGroup.id,
      priority: 101,
      mutationProtection: props.maintenance ? "DISABLED" : "ENABLED",
      dependsOn: [this.config, this.denyRule],
      tags: network.tags(),
    });
    this.queryLog = new Route53ResolverQueryLogConfig(this, "QueryLog", {
      name: cellName,
      destinationArn: logs.group("dns").arn,
      tags: network.tags(),
      dependsOn: [logs.deliveryPolicy],
    });
    this.queryLogAssociation = new Route53ResolverQueryLogConfigAssociation(this, "QueryLogAssociation", {
      resolverQueryLogConfigId: this.queryLog.id,
      resourceId: network.vpcId,
    });
  }

  /** What has to be in place before an agent starts. */
  public get readiness(): ITerraformDependable[] {
    return [this.association, this.queryLogAssociation];
  }

  /** Creates the lists of allowed names and their rules; runs when the stack is synthesized. */
  public addAllowLists(): void {
    for (const { name } of this.props.compiled().lists) {
      if (this.lists.has(name)) continue;
      const list = this.domainList(name, () => this.compiledDomains(name));
      const rule = new Route53ResolverFirewallRule(this, `${name}-rule`, {
        name: this.resourceName(name),
        firewallRuleGroupId: this.ruleGroup.id,
        firewallDomainListId: list.id,
        priority: ALLOW_PRIORITY + placeOf(name),
        action: "ALLOW",
        // The default would also look up every name behind a CNAME in the list, which no content network survives.
        firewallDomainRedirectionAction: "TRUST_REDIRECTION_DOMAIN",
      });
      this.rules.set(name, rule);
    }
  }

  private compiledDomains(name: string): string[] {
    return this.props.compiled().lists.find((list) => list.name === name)?.domains ?? [];
  }

  // One list for each rule: the provider's id of a rule is its group and list, so a shared list would collide.
  private refuseAll(
    name: string,
    priority: number,
    answer: "NODATA" | "NXDOMAIN",
    qType?: string,
  ): Route53ResolverFirewallRule {
    const list = this.domainList(name, () => ["*"]);
    const watched = (): boolean => this.props.compiled().monitor;
    const rule = new Route53ResolverFirewallRule(this, `${name}-rule`, {
      name: this.resourceName(name),
      firewallRuleGroupId: this.ruleGroup.id,
      firewallDomainListId: list.id,
      priority,
      action: Lazy.stringValue({ produce: () => (watched() ? "ALERT" : "BLOCK") }),
      blockResponse: Lazy.stringValue({ produce: () => (watched() ? undefined : answer) }),
      ...(qType === undefined ? {} : { qType }),
    });
    this.rules.set(name, rule);
    return rule;
  }

  private domainList(name: string, domains: () => string[]): Route53ResolverFirewallDomainList {
    const list = new Route53ResolverFirewallDomainList(this, name, {
      name: this.resourceName(name),
      // AWS answers each name with the dot at its end; written without it, every plan would show a change.
      domains: Lazy.listValue({ produce: () => domains().map((domain) => `${domain}.`) }),
      tags: this.props.network.tags(name),
    });
    this.lists.set(name, list);
    return list;
  }

  private resourceName(name: string): string {
    return `${this.props.cellName}-${name}`;
  }
}

/**
 * The place of an allow list among all that a name can stand for, from its hash bits: `allow`, `allow-0`, `allow-1`,
 * `allow-00`, ... A list that splits or comes later never takes the priority of another one, which AWS would refuse.
 */
function placeOf(name: string): number {
  const bits = /^allow-([01]+)$/.exec(name)?.[1] ?? "";
  return 2 ** bits.length - 1 + Number.parseInt(bits || "0", 2);
}
