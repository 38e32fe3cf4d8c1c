import { type ApiRecord, Collection, type Operations, text } from "./api";

const target = (operation: string): string => `Logs_20140328.${operation}`;

/**
 * Saved queries of CloudWatch Logs, kept as sent.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutQueryDefinition.html
 */
export class QueryDefinitionStandIn {
  public readonly definitions = new Collection("query definition", "query");

  public get left(): ApiRecord[] {
    return this.definitions.all;
  }

  public get operations(): Operations {
    return {
      [target("PutQueryDefinition")]: ({ input }) => {
        const id = text(input, "queryDefinitionId") || this.definitions.nextId();
        this.definitions.put(id, {
          queryDefinitionId: id,
          name: input["name"],
          queryString: input["queryString"],
          logGroupNames: input["logGroupNames"],
        });
        return { queryDefinitionId: id };
      },
      [target("DescribeQueryDefinitions")]: ({ input }) => ({
        queryDefinitions: this.definitions.all.filter((one) =>
          text(one, "name").startsWith(text(input, "queryDefinitionNamePrefix")),
        ),
      }),
      [target("DeleteQueryDefinition")]: ({ input }) => {
        this.definitions.remove(text(input, "queryDefinitionId"));
        return { success: true };
      },
    };
  }
}
