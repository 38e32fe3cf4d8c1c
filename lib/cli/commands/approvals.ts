import { CordonError, quoted } from "../../errors/cordon-error";
import { localGateway, type ShownApproval } from "../local-gateway";
import { printable } from "../printable";
import type { CliStreams } from "../streams";

/** Which gateway is asked, and by what. */
export interface GatewayAddress {
  readonly gateway: string;
  readonly key?: string;
}

export interface ApproveOptions extends GatewayAddress {
  readonly deny?: boolean;
  readonly reason: string;
  readonly as?: string;
}

/** `cordon approvals`: what waits for approval, with the request as the connector would see it. */
export async function approvals(options: GatewayAddress, streams: CliStreams): Promise<void> {
  const records = await client(options, streams).list();
  const open = records.filter(({ state }) => state === "pending" || state === "approved");
  if (open.length === 0) streams.out("nothing waits for approval\n");
  for (const record of open) streams.out(textOf(record));
}

/** `cordon approve`: says what is decided on, and decides. */
export async function approve(id: string, options: ApproveOptions, streams: CliStreams): Promise<void> {
  const asked = client(options, streams);
  const record = (await asked.list()).find((one) => one.id === id);
  if (record === undefined) {
    throw new CordonError(
      "CORDON-153",
      quoted(id),
      "the gateway has no such request",
      "list them with cordon approvals",
    );
  }
  streams.out(textOf(record));
  const { state, given, need } = await asked.decide({
    id,
    digest: record.digest,
    verdict: options.deny === true ? "deny" : "approve",
    reason: options.reason,
    ...(options.as === undefined ? {} : { approver: options.as }),
  });
  streams.out(`${id}: ${state}, ${given} of ${need}\n`);
}

function client({ gateway, key }: GatewayAddress, { environment = process.env }: CliStreams) {
  if (!URL.canParse(gateway) || !/^https?:$/.test(new URL(gateway).protocol)) {
    throw new CordonError("CORDON-151", "--gateway", `${quoted(gateway)} is no URL`, "write http://127.0.0.1:8080");
  }
  const { listApprovals, decideApproval, GatewayRefusal } = localGateway();
  const address = { url: gateway.replace(/\/+$/, ""), environment, ...(key === undefined ? {} : { key }) };
  const asked = async <T>(ask: () => Promise<T>): Promise<T> => {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof GatewayRefusal)) throw error;
      throw new CordonError("CORDON-153", quoted(gateway), error.message, "see cordon approvals --help");
    }
  };
  return {
    list: () => asked(() => listApprovals(address)),
    decide: (word: Parameters<typeof decideApproval>[1]) => asked(() => decideApproval(address, word)),
  };
}

function textOf({ id, agent, connector, operation, state, given, need, approveBy, summary }: ShownApproval): string {
  const until = new Date(approveBy).toISOString();
  const shown = summary
    .trimEnd()
    .split("\n")
    .map((line) => `    ${printable(line)}`)
    .join("\n");
  return `${id}  ${agent}  ${connector}: ${operation}  ${state}, ${given} of ${need}, until ${until}\n${shown}\n`;
}
