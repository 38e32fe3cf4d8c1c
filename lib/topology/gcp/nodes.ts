// Ids of nodes in the graph.

export const INTERNET = "internet";

/** What an attach point may send, with its filters. */
export const boundNode = (name: string): string => `bound:${name}`;
/** The routes of an attach point, whatever it may send. */
export const placeNode = (name: string, subnet: string): string =>
  name === subnet ? `subnet:${subnet}` : `subnet:${subnet}#${name}`;
export const firewallNode = (firewall: string, point: string): string => `firewall:${firewall}@${point}`;
