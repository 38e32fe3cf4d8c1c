import type { Assumption } from "./model/result";

/** Version of the model: it changes when the same plan may get another verdict. */
export const MODEL_VERSION = 1;

/** What every verdict rests on. */
export const ASSUMPTIONS: readonly Assumption[] = [
  { id: "A1", text: "The cloud does what its documentation says." },
  {
    id: "A2",
    text: "Nothing outside of this plan changes these resources: another stack or a person may add a route or a rule. Deny it by organisation policy, and probe after deployment.",
  },
  {
    id: "A3",
    text: "A name is not an address. The agent chooses the server name and host that the firewall sees; an allowed name passes to any address.",
  },
  {
    id: "A4",
    text: "Allowed destinations do not relay: what accepts content from anybody can carry data out.",
  },
  {
    id: "A5",
    text: "Some bytes pass before the verdict: handshakes, and the part of a connection that the firewall needs to see a name. docs/policies.md states the bounds.",
  },
  { id: "A6", text: "Encrypted Client Hello: an allowed outer name hides the inner one." },
  { id: "A7", text: "Timing and the labels of allowed names can carry data; the model does not count them." },
  { id: "A8", text: "The cloud's control plane, its hypervisor and its hardware keep tenants apart." },
  { id: "A9", text: "The proof says nothing about what the model inside of the agent does." },
];

/** Stated for stacks whose firewall lets out by name and looks at addresses, as Google's FQDN objects do. */
export const NAMES_AS_ADDRESSES: Assumption = {
  id: "A10",
  text: "A firewall that lets out by name is taken at its word: it resolves the name and passes its addresses, which others may share, and any protocol on the port. docs/policies.md states it.",
};
