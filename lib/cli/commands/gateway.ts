import { isValidCIDR } from "ipaddr.js";
import { CordonError, quoted } from "../../errors/cordon-error";
import { ContainmentPolicy } from "../../policy/containment-policy";
import { localGateway, type RunningGateway, readyExtension } from "../local-gateway";
import type { CliStreams } from "../streams";

export interface GatewayOptions {
  readonly policy: string;
  readonly agent: string;
  readonly port: string;
  readonly state?: string;
  readonly certificate: string;
  readonly approver: { readonly [group: string]: readonly string[] };
  readonly allowPrivate: readonly string[];
  readonly trust?: string;
  readonly extension?: string;
  readonly connectTo: readonly string[];
}

/** `cordon gateway`: the connector gateway and the cell's allow list as a proxy on the laptop. */
export async function gateway(options: GatewayOptions, streams: CliStreams): Promise<RunningGateway> {
  const policy = ContainmentPolicy.fromFile(options.policy);
  const port = portOf(options.port);
  for (const block of options.allowPrivate) blockOf(block);
  const running = await localGateway().runGateway({
    policy: policy.toJSON(),
    agent: options.agent,
    port,
    certificate: options.certificate,
    secrets: secretsOf(policy, streams.environment ?? process.env),
    approvers: options.approver,
    allow: options.allowPrivate,
    connectTo: new Map(options.connectTo.map(placeOf)),
    write: streams.out,
    isTerminal: streams.isTerminal,
    ...(options.state === undefined ? {} : { state: options.state }),
    ...readyExtension(policy, options.extension),
    ...(options.trust === undefined ? {} : { trust: options.trust }),
  });
  const proxy = `http://127.0.0.1:${running.port}`;
  streams.error(
    [
      `agent ${options.agent} under policy ${policy.name}; in another terminal:`,
      `  export HTTPS_PROXY=${proxy} HTTP_PROXY=${proxy} NO_PROXY= NODE_EXTRA_CA_CERTS=${options.certificate} SSL_CERT_FILE=${options.certificate} REQUESTS_CA_BUNDLE=${options.certificate}`,
      ...policy.connectors.map(({ name, host }) => `  ${name}: https://${host}/, or ${proxy}/connectors/${name}/`),
      `  approvals: ${proxy}/approvals?key=${running.approvalKey}`,
      "",
    ].join("\n"),
  );
  return running;
}

/** Secrets come from the environment: `CORDON_SECRET_DESK_TOKEN` for `desk-token`. */
function secretsOf(
  { connectors }: ContainmentPolicy,
  environment: { readonly [name: string]: string | undefined },
): { [name: string]: string } {
  const names = connectors.flatMap((connector) => connector.toJSON().credential?.secret ?? []);
  return Object.fromEntries(
    [...new Set(names)].flatMap((name) => {
      const value = environment[secretVariable(name)];
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}

/** The variable that a secret is read from. */
export const secretVariable = (name: string): string =>
  `CORDON_SECRET_${name.toUpperCase().replace(/[^A-Z0-9]/g, "_")}`;

function blockOf(text: string): void {
  if (isValidCIDR(text)) return;
  const fix = "write one such as 127.0.0.0/8";
  throw new CordonError("CORDON-151", "--allow-private", `${quoted(text)} is no block of addresses`, fix);
}

function placeOf(text: string): [string, { address: string; port: number }] {
  const [, name, address = "", port] = /^([a-z0-9.-]+:\d{1,5})=(\[[0-9a-f:]+\]|[0-9.]+):(\d{1,5})$/i.exec(text) ?? [];
  if (name === undefined) {
    const fix = "write api.example.com:443=127.0.0.1:8443";
    throw new CordonError("CORDON-151", "--connect-to", `${quoted(text)} names no host and place`, fix);
  }
  return [name.toLowerCase(), { address: address.replace(/[[\]]/g, ""), port: Number(port) }];
}

function portOf(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new CordonError(
    "CORDON-151",
    "--port",
    `${quoted(text)} is not a port`,
    "use one from 1 to 65535, or 0 for any",
  );
}
