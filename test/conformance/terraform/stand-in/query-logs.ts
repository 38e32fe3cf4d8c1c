import { ACCOUNT, ApiError, type ApiRecord, Collection, type Operations, text } from "./api";
import type { ResolverTags } from "./resolver-tags";

const target = (operation: string): string => `Route53Resolver.${operation}`;

/**
 * Resolver query logs. moto creates their configurations, but has no call that deletes one or reads its tags, so all of
 * their calls are answered here.
 *
 * @see https://docs.aws.amazon.com/Route53/latest/APIReference/API_Operations_Amazon_Route_53_Resolver.html
 */
export class QueryLogStandIn {
  public readonly configs = new Collection("query log config", "rslvr-qlc");
  public readonly associations = new Collection("query log config association", "rslvr-qlcassoc");

  public constructor(private readonly tags: ResolverTags) {}

  public get left(): ApiRecord[] {
    return [...this.configs.all, ...this.associations.all];
  }

  public get operations(): Operations {
    return {
      [target("CreateResolverQueryLogConfig")]: ({ input, region }) => {
        const id = this.configs.nextId();
        const made = {
          Id: id,
          Arn: this.tags.keep(`arn:aws:route53resolver:${region}:${ACCOUNT}:resolver-query-log-config/${id}`, input),
          Name: input["Name"],
          DestinationArn: input["DestinationArn"],
          OwnerId: ACCOUNT,
          ShareStatus: "NOT_SHARED",
          Status: "CREATED",
        };
        return { ResolverQueryLogConfig: this.configs.put(id, made) };
      },
      [target("GetResolverQueryLogConfig")]: ({ input }) => ({
        ResolverQueryLogConfig: this.configs.get(text(input, "ResolverQueryLogConfigId")),
      }),
      [target("DeleteResolverQueryLogConfig")]: ({ input }) => {
        const id = text(input, "ResolverQueryLogConfigId");
        if (this.associations.all.some((user) => user["ResolverQueryLogConfigId"] === id)) {
          throw new ApiError("InvalidRequestException", `query log config ${id} has associations`);
        }
        return { ResolverQueryLogConfig: this.configs.remove(id) };
      },
      [target("AssociateResolverQueryLogConfig")]: ({ input }) => {
        this.configs.get(text(input, "ResolverQueryLogConfigId"));
        const id = this.associations.nextId();
        return { ResolverQueryLogConfigAssociation: this.associations.put(id, { ...input, Id: id, Status: "ACTIVE" }) };
      },
      [target("GetResolverQueryLogConfigAssociation")]: ({ input }) => ({
        ResolverQueryLogConfigAssociation: this.associations.get(text(input, "ResolverQueryLogConfigAssociationId")),
      }),
      [target("DisassociateResolverQueryLogConfig")]: ({ input }) => {
        const found = this.associations.all.find(
          (one) =>
            one["ResolverQueryLogConfigId"] === input["ResolverQueryLogConfigId"] &&
            one["ResourceId"] === input["ResourceId"],
        );
        return { ResolverQueryLogConfigAssociation: this.associations.remove(text(found ?? {}, "Id")) };
      },
    };
  }
}
