// Ids of nodes in the graph.

export const INTERNET = "internet";

export const subnetNode = (subnet: string): string => `subnet:${subnet}`;
export const firewallNode = (firewall: string, place: string): string => `firewall:${firewall}@${place}`;
/** The inside of a virtual network. */
export const localNode = (network: string): string => `local:${network}`;
