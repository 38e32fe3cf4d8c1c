import type { LintFinding, TerraformResource } from "../aws-lint/terraform-resource";
import { block, finding, isAbsent, isFalse, isReference } from "../aws-lint/values";
import { texts } from "../resource-graph";
import { type GcpContext, references } from "./gcp-context";

const SINKS = /^google_logging_(project|folder|organization|billing_account)_sink$/;
const OWN = /^logging\.googleapis\.com\//;
const INSPECTOR = "gcp-sa-networksecurity";
const PUBSUB = "gcp-sa-pubsub";

/**
 * CORDON-241. What a service of Google's does on the stack's behalf works once it is permitted: the permission is in the
 * stack, and made first where the resource fails without it.
 */
export function grants(context: GcpContext): LintFinding[] {
  return [
    ...context.ofForm(SINKS).flatMap((sink) => written(context, sink)),
    ...context.ofType("google_network_security_tls_inspection_policy").flatMap((policy) => issued(context, policy)),
    ...context.ofType("google_pubsub_subscription").flatMap((subscription) => deadLetters(context, subscription)),
    ...context.ofType("google_storage_bucket").flatMap((bucket) => encrypted(context, bucket)),
  ];
}

const report = (at: TerraformResource, problem: string, fix: string): LintFinding =>
  finding("CORDON-241", at, problem, fix);

const members = (context: GcpContext): TerraformResource[] => context.ofForm(/_iam_(member|binding)$/);

// A bucket of Cloud Logging takes what sinks of its project bring.
function written(context: GcpContext, sink: TerraformResource): LintFinding[] {
  const { destination, unique_writer_identity: unique } = sink.values;
  if (OWN.test(String(destination))) return [];
  const isShared = sink.type === "google_logging_project_sink" && isFalse(unique) && !isAbsent(unique);
  const isGranted = members(context).some(({ values }) =>
    texts([values["member"], values["members"]]).some((text) => text.includes(`${sink.address}.writer_identity`)),
  );
  return [
    ...(isShared
      ? [
          report(
            sink,
            "unique_writer_identity is false, so it writes as all sinks of Google's do, and the permission is theirs too",
            "set it to true",
          ),
        ]
      : []),
    ...(isGranted
      ? []
      : [
          report(
            sink,
            "nothing lets its writer_identity write to its destination, and Google drops what it can't write",
            `grant its destination's writing role to \${${sink.address}.writer_identity}`,
          ),
        ]),
  ];
}

function issued(context: GcpContext, policy: TerraformResource): LintFinding[] {
  const value = policy.values["ca_pool"];
  const pool = context.resolve(value);
  const ofPool = (name: string) => (one: TerraformResource) =>
    context.identity(one.values[name]) === context.identity(value);
  const granted = context
    .ofType("google_privateca_ca_pool_iam_member", "google_privateca_ca_pool_iam_binding")
    .filter(ofPool("ca_pool"))
    .filter(({ values }) => texts([values["member"], values["members"]]).some((text) => text.includes(INSPECTOR)));
  const authorities = context.ofType("google_privateca_certificate_authority").filter(ofPool("pool"));
  const isMade = pool !== undefined && !pool.address.startsWith("data.");
  return [
    ...(isMade && granted.length === 0
      ? [
          report(
            policy,
            `nothing lets the proxy's service agent take certificates of ${pool.address}`,
            `grant roles/privateca.certificateManager on it to service-<project number>@${INSPECTOR}.iam.gserviceaccount.com`,
          ),
        ]
      : []),
    ...(isMade && authorities.length === 0
      ? [
          report(
            policy,
            `${pool.address} has no certificate authority, so the proxy has nothing to show to clients`,
            "add a google_privateca_certificate_authority to the pool",
          ),
        ]
      : []),
    ...[...granted, ...authorities]
      .filter(({ address }) => !context.waitsFor(policy, address))
      .map(({ address }) =>
        report(
          policy,
          `it does not wait for ${address}, and the proxy can't issue certificates before`,
          `add ${address} to its depends_on`,
        ),
      ),
  ];
}

function deadLetters(context: GcpContext, subscription: TerraformResource): LintFinding[] {
  const topic = block(subscription.values, "dead_letter_policy")?.["dead_letter_topic"];
  if (isAbsent(topic)) return [];
  const isGranted = members(context)
    .filter(
      ({ type, values }) =>
        type.startsWith("google_pubsub_topic_") && context.identity(values["topic"]) === context.identity(topic),
    )
    .some(({ values }) => texts([values["member"], values["members"]]).some((text) => text.includes(PUBSUB)));
  return isGranted
    ? []
    : [
        report(
          subscription,
          `nothing lets Pub/Sub publish to ${context.nameOf(topic)}, so what can't be delivered is tried forever`,
          `grant roles/pubsub.publisher on it to service-<project number>@${PUBSUB}.iam.gserviceaccount.com`,
        ),
      ];
}

function encrypted(context: GcpContext, bucket: TerraformResource): LintFinding[] {
  const value = block(bucket.values, "encryption")?.["default_kms_key_name"];
  const key = context.resolve(value);
  if (key?.type !== "google_kms_crypto_key" || !isReference(value)) return [];
  const granted = context
    .ofType("google_kms_crypto_key_iam_member", "google_kms_crypto_key_iam_binding")
    .filter(({ values }) => references(values["crypto_key_id"]).includes(key.address));
  return granted.some(({ address }) => context.waitsFor(bucket, address))
    ? []
    : [
        report(
          bucket,
          `it waits for no grant on ${key.address}, and Google refuses a bucket whose key it may not use`,
          "grant the key to the project's storage service agent, and add the grant to depends_on",
        ),
      ];
}
