import { acceptedList } from "./accepted-list";
import { agentsApart, nothingExposed, nothingInbound, pinnedEndpoints } from "./exposure-rules";
import { failsClosed, firewallSubnets, liveEnforcement, sameWayBack } from "./firewall-rules";
import { boundedIdentity, closedWorld, everythingRecorded, noOtherHand } from "./identity-rules";
import { inspectedWayOut } from "./inspected-way-out";
import { resolvedNames } from "./resolved-names";
import type { Rule } from "./rule";

/** Every rule of the proof, by id. */
export const RULES: readonly Rule[] = [
  inspectedWayOut,
  acceptedList,
  resolvedNames,
  nothingInbound,
  agentsApart,
  pinnedEndpoints,
  boundedIdentity,
  everythingRecorded,
  failsClosed,
  nothingExposed,
  liveEnforcement,
  noOtherHand,
  closedWorld,
  sameWayBack,
  firewallSubnets,
];
