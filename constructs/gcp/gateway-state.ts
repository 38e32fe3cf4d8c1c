import { FirestoreDatabase } from "@cdktf/provider-google/lib/firestore-database";
import { FirestoreDocument } from "@cdktf/provider-google/lib/firestore-document";
import { FirestoreField } from "@cdktf/provider-google/lib/firestore-field";
import { Fn, type ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { gcpName } from "./names";
import type { GcpScope } from "./project";

export interface GcpGatewayStateProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  /** The compiled policy, a reference. */
  readonly policy: string;
  readonly apis: ITerraformDependable[];
}

/** The one collection of the database. */
export const COLLECTION = "gateway";

/**
 * What the gateway's instances share: a Firestore database of its own with limits, approvals and the compiled policy.
 * Documents whose time is up are deleted by Firestore.
 *
 * @see https://cloud.google.com/firestore/docs/ttl
 */
export class GcpGatewayState extends Construct {
  public readonly database: FirestoreDatabase;
  /** The time after which a document is deleted. */
  public readonly expiry: FirestoreField;
  /** The compiled policy, as the gateway reads it; its digest is in the gateway's configuration. */
  public readonly policyDocument: FirestoreDocument;
  /** The database's id, known at synth. */
  public readonly name: string;

  public constructor(scope: Construct, id: string, props: GcpGatewayStateProps) {
    super(scope, id);
    const { cellName, policy, apis } = props;
    const { project, region } = props.scope;
    this.name = gcpName("resource", cellName, "gateway");
    this.database = new FirestoreDatabase(this, "Database", {
      project,
      name: this.name,
      locationId: region,
      type: "FIRESTORE_NATIVE",
      concurrencyMode: "OPTIMISTIC",
      appEngineIntegrationMode: "DISABLED",
      pointInTimeRecoveryEnablement: "POINT_IN_TIME_RECOVERY_ENABLED",
      deleteProtectionState: "DELETE_PROTECTION_DISABLED",
      deletionPolicy: "DELETE",
      dependsOn: apis,
    });
    const place = { project, database: this.database.name, collection: COLLECTION };
    this.expiry = new FirestoreField(this, "Expiry", {
      ...place,
      field: "expires",
      ttlConfig: {},
      indexConfig: {}, // nobody asks by it
    });
    this.policyDocument = new FirestoreDocument(this, "Policy", {
      ...place,
      documentId: "policy",
      fields: Fn.jsonencode({ value: { stringValue: policy } }),
    });
  }
}
