import { decisionTable } from "./decisions";
import { scanTable } from "./scanning";
import { startTable } from "./starts";
import { trafficTable } from "./traffic";

/** Measures the connector gateway and returns Markdown tables. Expects the package to be built. */
export async function gatewayTables(): Promise<string> {
  const tables = [decisionTable(), scanTable(), await trafficTable(), await startTable()];
  return ["## The connector gateway", "", tables.join("\n\n")].join("\n");
}
