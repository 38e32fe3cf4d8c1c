/** The name of a resource for a reader: without its type, and without the path and hash that CDKTF adds to it. */
export function nameOf(address: string): string {
  const [, name = address, instance = ""] = /(?:^|\.)([A-Za-z0-9_-]+)(\[[^\]]*\])?(?: .*)?$/.exec(address) ?? [];
  const [, generated] = /(?:^|_)([^_]+)_[0-9A-F]{8}$/.exec(name) ?? [];
  return `${generated ?? name}${instance}`;
}

/** The type of a resource in words: `nat gateway` for `aws_nat_gateway.x`. */
export function kindOf(address: string): string {
  const [, words] = /(?:^|\.)[a-z0-9]+_([a-z0-9_]+)\.[A-Za-z0-9_-]+(?:\[[^\]]*\])?(?: .*)?$/.exec(address) ?? [];
  return words === undefined
    ? address
    : words.replace(/^(?:ec2|compute|network_services|network)_/, "").replace(/_/g, " ");
}

/** Whether a resource is a route or a table of them, of whatever cloud. */
export const isRoute = (address: string): boolean => / route(?: table)?$/.test(` ${kindOf(address)}`);

/** `secretsmanager` for `com.amazonaws.eu-west-1.secretsmanager`. */
export const serviceName = (service: string): string => service.replace(/^com\.amazonaws\.[a-z0-9-]+\./, "");
