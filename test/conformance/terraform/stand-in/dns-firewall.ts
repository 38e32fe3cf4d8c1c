import { ACCOUNT, ApiError, type ApiRecord, Collection, type Operations, text } from "./api";
import type { ResolverTags } from "./resolver-tags";

const target = (operation: string): string => `Route53Resolver.${operation}`;

/** Members of a rule that are the rule's own; the others name it. */
const RULE_MEMBERS = ["Name", "Priority", "Action", "BlockResponse", "FirewallDomainRedirectionAction", "Qtype"];

/**
 * Resolver DNS Firewall: rule groups, domain lists, rules, the fail-closed setting and associations, kept as sent.
 * Refuses what the service refuses and Terraform's order depends on: deleting what is in use, or is protected.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html
 */
export class DnsFirewallStandIn {
  public readonly ruleGroups = new Collection("rule group", "rslvr-frg");
  public readonly domainLists = new Collection("domain list", "rslvr-fdl");
  public readonly rules = new Collection("rule", "rule");
  public readonly configs = new Collection("config", "rslvr-fc");
  public readonly associations = new Collection("association", "rslvr-frgassoc");
  private readonly domains = new Map<string, string[]>();

  public constructor(private readonly tags: ResolverTags) {}

  /** Everything that is left, for the check that a destroy leaves nothing. The setting of a VPC goes with the VPC. */
  public get left(): ApiRecord[] {
    return [this.ruleGroups, this.domainLists, this.rules, this.associations].flatMap(({ all }) => all);
  }

  public get operations(): Operations {
    return { ...this.groupOperations(), ...this.listOperations(), ...this.ruleOperations(), ...this.vpcOperations() };
  }

  /** The domains of a list. */
  public domainsOf(listId: string): string[] {
    return this.domains.get(listId) ?? [];
  }

  private groupOperations(): Operations {
    return {
      [target("CreateFirewallRuleGroup")]: ({ input, region }) => {
        const id = this.ruleGroups.nextId();
        const made = {
          Id: id,
          Arn: this.tags.keep(arn(region, "firewall-rule-group", id), input),
          Name: text(input, "Name"),
          Status: "COMPLETE",
          OwnerId: ACCOUNT,
          ShareStatus: "NOT_SHARED",
        };
        return { FirewallRuleGroup: this.ruleGroups.put(id, made) };
      },
      [target("GetFirewallRuleGroup")]: ({ input }) => ({
        FirewallRuleGroup: this.ruleGroups.get(text(input, "FirewallRuleGroupId")),
      }),
      [target("DeleteFirewallRuleGroup")]: ({ input }) => {
        const id = text(input, "FirewallRuleGroupId");
        if ([...this.rules.all, ...this.associations.all].some((user) => user["FirewallRuleGroupId"] === id)) {
          throw new ApiError("ConflictException", `rule group ${id} has rules or associations`);
        }
        return { FirewallRuleGroup: this.ruleGroups.remove(id) };
      },
    };
  }

  private listOperations(): Operations {
    return {
      [target("CreateFirewallDomainList")]: ({ input, region }) => {
        const id = this.domainLists.nextId();
        const made = {
          Id: id,
          Arn: this.tags.keep(arn(region, "firewall-domain-list", id), input),
          Name: text(input, "Name"),
          Status: "COMPLETE",
        };
        return { FirewallDomainList: this.domainLists.put(id, made) };
      },
      [target("GetFirewallDomainList")]: ({ input }) => ({
        FirewallDomainList: this.domainLists.get(text(input, "FirewallDomainListId")),
      }),
      [target("UpdateFirewallDomains")]: ({ input }) => {
        const list = this.domainLists.get(text(input, "FirewallDomainListId"));
        this.domains.set(text(list, "Id"), changedDomains(this.domainsOf(text(list, "Id")), input));
        return { Id: list["Id"], Name: list["Name"], Status: "COMPLETE" };
      },
      [target("ListFirewallDomains")]: ({ input }) => ({
        // The service answers with a dot at the end of every name, the lone wildcard included.
        Domains: this.domainsOf(text(input, "FirewallDomainListId")).map((domain) => `${domain.replace(/\.$/, "")}.`),
      }),
      [target("DeleteFirewallDomainList")]: ({ input }) => {
        const id = text(input, "FirewallDomainListId");
        if (this.rules.all.some((rule) => rule["FirewallDomainListId"] === id)) {
          throw new ApiError("ConflictException", `domain list ${id} is in use`);
        }
        return { FirewallDomainList: this.domainLists.remove(id) };
      },
    };
  }

  private ruleOperations(): Operations {
    return {
      [target("CreateFirewallRule")]: ({ input }) => {
        this.domainLists.get(text(input, "FirewallDomainListId"));
        const group = this.ruleGroups.get(text(input, "FirewallRuleGroupId"))["Id"];
        if (
          this.rules.all.some((rule) => rule["FirewallRuleGroupId"] === group && rule["Priority"] === input["Priority"])
        ) {
          throw new ApiError("ConflictException", `priority ${input["Priority"]} is taken`);
        }
        if (input["Action"] === "BLOCK" && input["BlockResponse"] === undefined) {
          throw new ApiError("ValidationException", "BLOCK needs a block response");
        }
        return { FirewallRule: this.rules.put(ruleId(input), { ...input }) };
      },
      [target("UpdateFirewallRule")]: ({ input }) => {
        const change = Object.fromEntries(RULE_MEMBERS.map((member) => [member, input[member]]));
        return { FirewallRule: this.rules.update(ruleId(input), change) };
      },
      [target("DeleteFirewallRule")]: ({ input }) => ({ FirewallRule: this.rules.remove(ruleId(input)) }),
      [target("ListFirewallRules")]: ({ input }) => ({
        FirewallRules: this.rules.all.filter((rule) => rule["FirewallRuleGroupId"] === input["FirewallRuleGroupId"]),
      }),
    };
  }

  private vpcOperations(): Operations {
    return {
      [target("UpdateFirewallConfig")]: ({ input }) => {
        const id = text(input, "ResourceId");
        const made = {
          Id: `rslvr-fc-${id}`,
          ResourceId: id,
          OwnerId: ACCOUNT,
          FirewallFailOpen: input["FirewallFailOpen"],
        };
        return { FirewallConfig: this.configs.put(id, made) };
      },
      [target("GetFirewallConfig")]: ({ input }) => ({ FirewallConfig: this.configs.get(text(input, "ResourceId")) }),
      [target("ListFirewallConfigs")]: () => ({ FirewallConfigs: this.configs.all }),
      [target("AssociateFirewallRuleGroup")]: ({ input, region }) => {
        this.ruleGroups.get(text(input, "FirewallRuleGroupId"));
        const id = this.associations.nextId();
        const made = {
          ...input,
          Tags: undefined,
          Id: id,
          Arn: this.tags.keep(arn(region, "firewall-rule-group-association", id), input),
          Status: "COMPLETE",
        };
        return { FirewallRuleGroupAssociation: this.associations.put(id, made) };
      },
      [target("GetFirewallRuleGroupAssociation")]: ({ input }) => ({
        FirewallRuleGroupAssociation: this.associations.get(text(input, "FirewallRuleGroupAssociationId")),
      }),
      [target("UpdateFirewallRuleGroupAssociation")]: ({ input }) => {
        const { FirewallRuleGroupAssociationId, ...change } = input;
        return {
          FirewallRuleGroupAssociation: this.associations.update(String(FirewallRuleGroupAssociationId), change),
        };
      },
      [target("DisassociateFirewallRuleGroup")]: ({ input }) => {
        const id = text(input, "FirewallRuleGroupAssociationId");
        if (this.associations.get(id)["MutationProtection"] === "ENABLED") {
          throw new ApiError("ValidationException", `association ${id} is protected from changes`);
        }
        return { FirewallRuleGroupAssociation: this.associations.remove(id) };
      },
    };
  }
}

function arn(region: string, kind: string, id: string): string {
  return `arn:aws:route53resolver:${region}:${ACCOUNT}:${kind}/${id}`;
}

function ruleId(input: ApiRecord): string {
  return `${text(input, "FirewallRuleGroupId")}:${text(input, "FirewallDomainListId")}`;
}

function changedDomains(before: string[], input: ApiRecord): string[] {
  const named = Array.isArray(input["Domains"]) ? input["Domains"].map(String) : [];
  if (input["Operation"] === "REPLACE") return named;
  if (input["Operation"] === "ADD") return [...before, ...named];
  return before.filter((domain) => !named.includes(domain));
}
