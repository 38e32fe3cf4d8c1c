import { namesOneResource } from "./named-resource";
import { confines, confinesByDeny, type End, fieldsOf, isOwn, isOwnArn, type OwnerScope } from "./owner";
import { Pattern, type PatternOptions } from "./pattern";
import type { Condition, PolicyDocument, Principal, Statement } from "./policy-document";
import { hasUnknown } from "./template";

/** A statement of an endpoint policy that lets strangers through. */
export interface UnpinnedStatement {
  /** Index of the statement; undefined where there is no policy, or none that can be read. */
  readonly index?: number;
  readonly sid?: string;
  /** Whether principals of other accounts come through. */
  readonly principals: boolean;
  /** Whether resources of other accounts can be reached. */
  readonly resources: boolean;
}

/** Buckets of AWS that its documentation tells to let through, by name. */
const AWS_BUCKETS = [
  /^prod-[a-z0-9-]+-starport-layer-bucket$/,
  /^(aws-ssm|amazon-ssm|amazon-ssm-packages|aws-ssm-distributor-file|aws-ssm-document-attachments)-[a-z0-9-]+$/,
  /^(patch-baseline-snapshot|aws-patch-manager|aws-windows-downloads|amazoncloudwatch-agent|aws-codedeploy)-[a-z0-9-]+$/,
  /^[a-z0-9-]+-birdwatcher-prod$/,
  /^al2023-repos-[a-z0-9-]+-de612dc2$/,
  /^amazonlinux-2-repos-[a-z0-9-]+$/,
  /^(repo|packages|amazonlinux)\.[a-z0-9-]+\.amazonaws\.com$/,
];

/** Actions that are about no resource, or about the caller's own session. */
const WITHOUT_RESOURCE = [
  "cloudwatch:PutMetricData",
  "ec2messages:*",
  "ecr:GetAuthorizationToken",
  "kms:GenerateRandom",
  "secretsmanager:GetRandomPassword",
  "ssmmessages:*",
  "sts:GetCallerIdentity",
  "xray:GetSampling*",
  "xray:PutTelemetryRecords",
  "xray:PutTraceSegments",
].map((text) => Pattern.parse(text, { anyCase: true }));

/**
 * The statements of an endpoint policy that do not confine both principals and resources to the owner. An endpoint
 * without a policy (`"none"`) lets everything through.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html
 */
export function unpinnedStatements(
  document: PolicyDocument | undefined | "none",
  scope: OwnerScope,
): UnpinnedStatement[] {
  if (document === "none") return [{ principals: true, resources: true }];
  if (document === undefined) return scope.reading === "open" ? [{ principals: true, resources: true }] : [];
  const denies = document.statements.filter(({ effect }) => effect === "Deny");
  // A restriction that is not known may be the one that pins.
  if (scope.reading === "closed" && denies.some((deny) => hasUnknown(JSON.stringify(deny)))) return [];
  return document.statements.flatMap((statement, index) => {
    if (
      statement.effect !== "Allow" ||
      denies.some((deny) => deny.conditions.length === 0 && covers(deny, statement))
    ) {
      return [];
    }
    const open = (end: "principal" | "resource"): boolean =>
      !isConfined(statement, end, scope) && !denies.some((deny) => pins(deny, statement, end, scope));
    const principals = !readsBucketsOfAws(statement) && open("principal");
    const resources = open("resource");
    if (!principals && !resources) return [];
    return [{ index, ...(statement.sid === undefined ? {} : { sid: statement.sid }), principals, resources }];
  });
}

function isConfined(statement: Statement, end: "principal" | "resource", scope: OwnerScope): boolean {
  if (statement.conditions.some((condition) => confines(condition, end, scope))) return true;
  if (end === "principal") {
    return statement.principals?.every((principal) => isOwnPrincipal(principal, scope)) ?? false;
  }
  const { actions, resources } = statement;
  const withoutResource = (action: string): boolean =>
    WITHOUT_RESOURCE.some((pattern) => pattern.includes(Pattern.parse(action, { anyCase: true })));
  return actions?.every(withoutResource) === true || resources?.every((one) => isOwnResource(one, scope)) === true;
}

function isOwnPrincipal({ type, id }: Principal, scope: OwnerScope): boolean {
  if (type === "Service") return true;
  if (type !== "AWS") return scope.reading === "closed" && hasUnknown(type);
  return isOwnArn(id, scope) || (/^\d{12}$|^\$/.test(id) && isOwn(id, scope.owner?.account, scope.reading));
}

function isOwnResource(resource: string, scope: OwnerScope): boolean {
  if (isOfAws(resource)) return true;
  const id = fieldsOf(resource)[4] ?? "";
  if (id !== "") return isOwn(id, scope.owner?.account, scope.reading);
  return namesOneResource(resource, scope.reading);
}

function isOfAws(resource: string): boolean {
  const [, , service, , owner, ...rest] = fieldsOf(resource);
  const name = rest.join(":");
  if (service === "bedrock" && owner === "" && name.startsWith("foundation-model/")) return true;
  return service === "s3" && owner === "" && AWS_BUCKETS.some((form) => form.test(name.split("/")[0] ?? ""));
}

// Image layers and packages are read without any identity of the caller, by presigned addresses or as public objects.
function readsBucketsOfAws({ actions, resources }: Statement): boolean {
  const reads = actions?.every((action) => /^s3:(GetObject|ListBucket|GetBucketLocation)$/i.test(action)) === true;
  return reads && resources?.every((one) => fieldsOf(one)[2] === "s3" && isOfAws(one)) === true;
}

/** Whether a Deny holds back everybody but the owner from all that an Allow lets through. */
function pins(deny: Statement, allow: Statement, end: End, scope: OwnerScope): boolean {
  const pinning = deny.conditions.filter((condition) => confinesByDeny(condition, end, scope));
  const others = deny.conditions.filter((condition) => !pinning.includes(condition));
  if (!others.every(exemptsServices) || !coversActions(deny, allow)) return false;
  // Two negated keys in one statement deny those alone that fail both.
  if (pinning.length === 1) return coversResources(deny, allow);
  const { notResources } = deny;
  if (end !== "resource" || pinning.length > 0 || notResources === undefined) return false;
  return notResources.every((one) => isOwnResource(one, scope));
}

// Services of AWS that act for the caller are let through beside the pin.
const exemptsServices = ({ operator, key, values }: Condition): boolean =>
  /^Bool(IfExists)?$/.test(operator) &&
  /^aws:(principalisawsservice|viaawsservice)$/i.test(key) &&
  values.every((value) => value === "false");

const covers = (deny: Statement, allow: Statement): boolean =>
  coversActions(deny, allow) && coversResources(deny, allow);

function coversActions(deny: Statement, allow: Statement): boolean {
  const isForAll = deny.principals?.some(({ type, id }) => type === "*" || (type === "AWS" && id === "*")) === true;
  const allowed = parsed(allow.actions ?? ["*"], { anyCase: true });
  if (!isForAll) return false;
  if (deny.notActions === undefined) return includesAll(parsed(deny.actions ?? [], { anyCase: true }), allowed);
  const left = parsed(deny.notActions, { anyCase: true });
  return allowed.every((action) => !left.some((pattern) => pattern.intersects(action)));
}

const coversResources = (deny: Statement, allow: Statement): boolean =>
  includesAll(parsed(deny.resources ?? [], { arn: true }), parsed(allow.resources ?? ["*"], { arn: true }));

const parsed = (texts: readonly string[], options: PatternOptions): Pattern[] =>
  texts.map((text) => Pattern.parse(text, options));

const includesAll = (outer: readonly Pattern[], inner: readonly Pattern[]): boolean =>
  inner.every((one) => outer.some((pattern) => pattern.isAll || pattern.includes(one)));
