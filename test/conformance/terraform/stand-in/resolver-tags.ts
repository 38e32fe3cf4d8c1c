import { type ApiRecord, type Operations, records, text } from "./api";

/** Tags of Resolver resources by ARN, set when a resource is made and changed by calls of their own. */
export class ResolverTags {
  private readonly byArn = new Map<string, ApiRecord[]>();

  public get operations(): Operations {
    return {
      "Route53Resolver.ListTagsForResource": ({ input }) => ({
        Tags: this.byArn.get(text(input, "ResourceArn")) ?? [],
      }),
      "Route53Resolver.TagResource": ({ input }) => {
        const added = records(input, "Tags");
        const kept = this.without(
          input,
          added.map((tag) => text(tag, "Key")),
        );
        this.byArn.set(text(input, "ResourceArn"), [...kept, ...added]);
        return {};
      },
      "Route53Resolver.UntagResource": ({ input }) => {
        const keys = Array.isArray(input["TagKeys"]) ? input["TagKeys"].map(String) : [];
        this.byArn.set(text(input, "ResourceArn"), this.without(input, keys));
        return {};
      },
    };
  }

  /** Keeps the tags that a resource is made with, and gives its ARN back. */
  public keep(arn: string, input: ApiRecord): string {
    this.byArn.set(arn, records(input, "Tags"));
    return arn;
  }

  private without(input: ApiRecord, keys: string[]): ApiRecord[] {
    return (this.byArn.get(text(input, "ResourceArn")) ?? []).filter((tag) => !keys.includes(text(tag, "Key")));
  }
}
