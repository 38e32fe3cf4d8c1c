import { TagsTagKey } from "@cdktf/provider-google/lib/tags-tag-key";
import { TagsTagValue } from "@cdktf/provider-google/lib/tags-tag-value";
import { Construct } from "constructs";
import { gcpName } from "./names";
import type { GcpCellNetwork } from "./network";
import type { GcpScope } from "./project";

export interface GcpQuarantineProps {
  readonly cellName: string;
  readonly scope: GcpScope;
  readonly network: GcpCellNetwork;
}

/**
 * A secure tag that cuts whatever carries it off: the firewall's first rules drop its traffic in both directions, and the
 * proxy refuses it before anything else. Nothing carries it until somebody binds it to an instance.
 *
 * @see https://cloud.google.com/firewall/docs/tags-firewalls-overview
 */
export class GcpQuarantine extends Construct {
  public readonly tagKey: TagsTagKey;
  public readonly tagValue: TagsTagValue;

  public constructor(scope: Construct, id: string, props: GcpQuarantineProps) {
    super(scope, id);
    const { project, projectNumber } = props.scope;
    this.tagKey = new TagsTagKey(this, "Resource", {
      // A project's id in place of its number would recreate the key on every apply.
      parent: `projects/${projectNumber}`,
      shortName: gcpName("resource", props.cellName, "quarantine"),
      description: "Cuts an instance of the cell off",
      purpose: "GCE_FIREWALL",
      purposeData: { network: `${project}/${props.network.network.name}` },
    });
    this.tagValue = new TagsTagValue(this, "Value", {
      parent: this.tagKey.id,
      shortName: "isolated",
      description: "No traffic in either direction",
    });
  }
}
