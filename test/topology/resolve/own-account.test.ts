import { fromObject } from "../../../lib/topology/load/load";
import { isOwnAccount } from "../../../lib/topology/resolve/own-account";

describe("the account that a configuration is deployed to", () => {
  test.each([
    ["data.aws_caller_identity.me.account_id"],
    ["data.aws_caller_identity.me.id"],
    ["module.net.data.aws_caller_identity.me.account_id"],
    ["aws_vpc.v.owner_id"],
    ['module.net["a"].aws_vpc.v[0].owner_id'],
    ['aws_vpc.v["eu.west"].owner_id'],
  ])("%s is its number", (token) => expect(isOwnAccount(token)).toBe(true));

  test.each([
    ["data.aws_vpc.other.owner_id"],
    ["module.net.data.aws_vpc.other.owner_id"],
    ["aws_vpc_peering_connection.p.peer_owner_id"],
    ["data.aws_caller_identity.me.arn"],
    ["var.account_id"],
    ["local.owner_id"],
    ["aws_vpc.v.id"],
  ])("%s may be another's", (token) => expect(isOwnAccount(token)).toBe(false));

  test("a resource with a provider of its own may be in another account, one that is not there is nobody's", () => {
    const configuration = fromObject({
      resource: { aws_vpc: { own: {}, far: { provider: "aws.far" } } },
      data: { aws_caller_identity: { me: {}, far: { provider: "aws.far" } } },
    });
    const tokens = ["aws_vpc.own.owner_id", "aws_vpc.far.owner_id", "aws_vpc.gone.owner_id"];
    expect(tokens.map((token) => isOwnAccount(token, configuration))).toEqual([true, false, false]);
    const callers = ["me", "far"].map((name) => `data.aws_caller_identity.${name}.account_id`);
    expect(callers.map((token) => isOwnAccount(token, configuration))).toEqual([true, false]);
  });
});
