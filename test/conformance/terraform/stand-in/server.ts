import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { EC2Client } from "@aws-sdk/client-ec2";
import { type ApiCall, ApiError, type ApiRecord, type Operations } from "./api";
import { DnsFirewallStandIn } from "./dns-firewall";
import { NetworkFirewallStandIn } from "./network-firewall";
import { QueryDefinitionStandIn } from "./query-definitions";
import { QueryLogStandIn } from "./query-logs";
import { ResolverTags } from "./resolver-tags";
import { isRestApiCall, withEscapedPolicy } from "./rest-api-policy";

/** Services of which no call goes on to moto: half of an API would be worse than none. */
const OWN_SERVICES = ["Route53Resolver.", "NetworkFirewall_20201112."];

/**
 * The AWS endpoint of the deployment tests: answers the calls that moto lacks, passes all others on to it, and keeps a
 * record of what it answered itself.
 */
export class AwsEndpoint {
  private readonly tags = new ResolverTags();
  public readonly dnsFirewall = new DnsFirewallStandIn(this.tags);
  public readonly queryLogs = new QueryLogStandIn(this.tags);
  public readonly queryDefinitions = new QueryDefinitionStandIn();
  public readonly networkFirewall: NetworkFirewallStandIn;
  /** The calls that were answered here, in order. */
  public readonly calls: ApiCall[] = [];
  private readonly operations: Operations;
  private readonly server: Server;
  private readonly moto: URL;

  private constructor(motoUrl: string) {
    this.moto = new URL(motoUrl);
    const credentials = { accessKeyId: "testing", secretAccessKey: "testing" };
    this.networkFirewall = new NetworkFirewallStandIn(
      new EC2Client({ endpoint: motoUrl, region: "eu-west-1", credentials }),
    );
    this.operations = {
      ...this.tags.operations,
      ...this.dnsFirewall.operations,
      ...this.queryLogs.operations,
      ...this.queryDefinitions.operations,
      ...this.networkFirewall.operations,
    };
    this.server = createServer((incoming, answer) => void this.serve(incoming, answer));
  }

  public static async start(motoUrl: string): Promise<AwsEndpoint> {
    const endpoint = new AwsEndpoint(motoUrl);
    await new Promise<void>((resolve) => endpoint.server.listen(0, "127.0.0.1", resolve));
    return endpoint;
  }

  public get url(): string {
    const address = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${address.port}`;
  }

  /** What is left of what was created here. */
  public get left(): ApiRecord[] {
    const { dnsFirewall, queryLogs, queryDefinitions, networkFirewall } = this;
    return [dnsFirewall, queryLogs, queryDefinitions, networkFirewall].flatMap((standIn) => standIn.left);
  }

  public async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async serve(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(Buffer.from(chunk));
    const body = Buffer.concat(chunks);
    const operation = String(incoming.headers["x-amz-target"] ?? "");
    if (this.operations[operation] === undefined && !OWN_SERVICES.some((service) => operation.startsWith(service))) {
      this.passOn(incoming, body, answer);
      return;
    }
    const [status, result] = await this.answerOf({
      operation,
      input: JSON.parse(body.toString() || "{}"),
      region: regionOf(incoming),
    });
    answer.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    answer.end(JSON.stringify(result));
  }

  private async answerOf(call: ApiCall): Promise<[number, ApiRecord]> {
    this.calls.push(call);
    try {
      const operate = this.operations[call.operation];
      if (operate === undefined) throw new ApiError("UnknownOperationException", `no stand-in for ${call.operation}`);
      return [200, await operate(call)];
    } catch (error) {
      const code = error instanceof ApiError ? error.code : "ValidationException";
      return [400, { __type: code, message: error instanceof Error ? error.message : String(error) }];
    }
  }

  private passOn(incoming: IncomingMessage, body: Buffer, answer: ServerResponse): void {
    const { hostname, port } = this.moto;
    const { host, ...headers } = incoming.headers;
    const passed = request({ hostname, port, method: incoming.method, path: incoming.url, headers }, (response) => {
      if (!isRestApiCall(incoming)) {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
        return;
      }
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => void chunks.push(chunk));
      response.on("end", () => {
        const written = withEscapedPolicy(Buffer.concat(chunks));
        answer.writeHead(response.statusCode ?? 502, { ...response.headers, "content-length": written.length });
        answer.end(written);
      });
    });
    passed.on("error", (error) => {
      answer.writeHead(502);
      answer.end(error.message);
    });
    passed.end(body);
  }
}

// The region is a part of the signature's scope: Credential=key/date/region/service/aws4_request.
function regionOf(incoming: IncomingMessage): string {
  return incoming.headers.authorization?.split("Credential=")[1]?.split("/")[2] ?? "";
}
