// Ids of nodes in the graph.

export const INTERNET = "internet";

export const subnetNode = (subnet: string): string => `subnet:${subnet}`;
export const firewallNode = (firewall: string, subnet: string): string => `firewall:${firewall}@${subnet}`;
/** Everything inside of a VPC that the local route leads to. */
export const localNode = (vpc: string): string => `local:${vpc}`;
