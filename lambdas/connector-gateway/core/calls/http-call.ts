import type { ConnectorJson } from "../../../../lib/policy/connector-json";
import { factsOf } from "../operations/facts";
import type { OperationTable } from "../operations/operation-table";
import { readTarget } from "../operations/request-target";
import type { Call, GatewayRequest } from "./call";
import { sentHeaders } from "./headers";
import { problemAnswer } from "./problem-answer";

const READS = ["GET", "HEAD", "OPTIONS"];

/** A request to an HTTP API: the operation is its method and path. */
export function readHttpCall(
  connector: ConnectorJson,
  request: GatewayRequest,
  table: OperationTable,
  value: unknown,
): Call {
  const target = readTarget(request.target);
  const match = table.match(request.method, target.segments);
  const tenancy = (connector.tenancy ?? []).flatMap(({ header }) => (header === undefined ? [] : [header]));
  const { method } = request;
  return {
    // The path of what is not permitted would carry whatever the agent writes into the record.
    name: match?.operation.operation ?? method,
    operation: match?.operation,
    isHousekeeping: false,
    isRead: READS.includes(method),
    parameters: match?.parameters ?? {},
    facts: {
      method,
      path: target.path,
      query: Object.fromEntries(target.query),
      ...(value === undefined ? {} : { body: factsOf(value) }),
    },
    subject: value,
    upstream: { method, target: target.text, headers: sentHeaders(request.headers, tenancy) },
    passes: [],
    prepare: (body) => body,
    finish: (body) => ({ body }),
    refuse: problemAnswer,
  };
}
