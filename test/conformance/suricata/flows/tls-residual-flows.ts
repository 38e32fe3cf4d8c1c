import { ALL, type FlowCase, rowsOn } from "./flow-case";
import { tlsTo } from "./sessions";

const row = rowsOn(443);

/**
 * What a firewall that reads names can't stop: the server is told one name and is another. Each is a residual risk of
 * the report; the rows are here so that a change of engine or rules that alters them is noticed.
 */
export const TLS_RESIDUAL_FLOWS: readonly FlowCase[] = [
  row("a listed name to an address that is not the name's", ALL, tlsTo("api.example.com"), { to: "185.199.108.66" }),
  row("an encrypted hello with a listed outer name", ALL, tlsTo("api.example.com", { encryptedHello: true })),
  row(
    "a listed name, then an unlisted one, in one list",
    ALL,
    tlsTo(undefined, { names: ["api.example.com", "evil.net"] }),
  ),
  row("a listed name, then a NUL and an unlisted one", ALL, tlsTo("api.example.com\0.evil.net")),
];
