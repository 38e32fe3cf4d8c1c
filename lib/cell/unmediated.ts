import { CordonError } from "../errors/cordon-error";
import type { ContainmentPolicy } from "../policy/containment-policy";

/** Refuses connectors in a cell that has no connector gateway: nothing would mediate them. @throws CORDON-162 */
export function refuseConnectors({ connectors }: ContainmentPolicy, at: string): void {
  const [first] = connectors;
  if (first === undefined) return;
  throw new CordonError(
    "CORDON-162",
    at,
    `the policy has ${connectors.length} connector(s), first '${first.name}', and cells on this cloud have no connector gateway`,
    "leave the connectors out",
  );
}
