import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Connector } from "../../lib/policy/connector";
import { ContainmentPolicy } from "../../lib/policy/containment-policy";
import { Operation } from "../../lib/policy/operation";
import { ROOT } from "../workspace";
import { load } from "./hosts";
import { quantiles } from "./quantiles";

const HOST = "desk.bench-mail.net";
const folder = mkdtempSync(join(tmpdir(), "cordon-bench-"));
const started: ChildProcess[] = [];

/** A way from the client to the host. */
interface Way {
  readonly name: string;
  readonly looks: string;
  readonly port: number;
  readonly path: string;
  readonly isTls?: boolean;
}

/** Measures requests through the gateway, next to proxies that look at less, in the same run. */
export async function trafficTable(): Promise<string> {
  try {
    const ways = await allWays();
    const rows: string[] = [];
    let direct: { p50: number; p99: number } | undefined;
    for (const way of ways) {
      await load({ ...way, atOnce: 16, milliseconds: 1_500 });
      const [alone] = await load({ ...way, atOnce: 1, milliseconds: 2_000 });
      const [many, milliseconds] = await load({ ...way, atOnce: 16, milliseconds: 4_000 });
      const { p50, p99 } = quantiles(alone);
      direct ??= { p50, p99 };
      const perSecond = Math.round((many.length / milliseconds) * 1000).toLocaleString("en");
      const added = `${(p50 - direct.p50).toFixed(2)} ms | ${(p99 - direct.p99).toFixed(2)} ms`;
      rows.push(`| ${way.name} | ${way.looks} | ${perSecond} | ${way === ways[0] ? "- | -" : added} |`);
    }
    const missing = ["squid", "mitmdump"].filter((command) => !isThere(command));
    return [
      "### Requests of 2 KB with answers of 2 KB over kept connections",
      "",
      "Client, proxy and host share the cores. Requests a second with 16 at once; added time with one at a time.",
      "Aims: 2,500 a second, 0.3 ms and 1.5 ms added.",
      ...missing.map(
        (command) => `${command} was not at hand; apt-get install ${command === "squid" ? "squid" : "mitmproxy"}.`,
      ),
      "",
      "| way | looks at | requests/s | added p50 | added p99 |",
      "| --- | --- | ---: | ---: | ---: |",
      ...rows,
    ].join("\n");
  } finally {
    for (const child of started) child.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

async function allWays(): Promise<Way[]> {
  const hosts = join(__dirname, "hosts.ts");
  const upstream = await said<{ https: number; http: number; trust: string }>([hosts, "upstream"]);
  const proxy = await said<{ http: number }>([hosts, "proxy", String(upstream.https)]);
  const direct = { name: "none", looks: "-", port: upstream.https, path: "/tickets", isTls: true };
  return [
    direct,
    { name: "Node proxy", looks: "nothing", port: proxy.http, path: "/tickets" },
    ...(isThere("squid") ? [await squid(upstream.http)] : []),
    ...(isThere("mitmdump") ? [await mitmproxy(upstream.https)] : []),
    await gateway(upstream),
  ];
}

async function gateway(upstream: { https: number; trust: string }): Promise<Way> {
  const policy = ContainmentPolicy.denyAll("bench").connect(
    Connector.http("desk", { host: HOST, reason: "bench" }).permit(Operation.post("/tickets")),
  );
  const [file, trust] = ["policy.json", "trust.pem"].map((name) => join(folder, name)) as [string, string];
  writeFileSync(file, JSON.stringify(policy.toJSON()));
  writeFileSync(trust, upstream.trust);
  const port = await freePort();
  const child = spawn(
    process.execPath,
    [
      join(ROOT, "dist/lib/cli/main.js"),
      ...["gateway", "--policy", file, "--agent", "triage", "--port", String(port), "--trust", trust],
      ...["--connect-to", `${HOST}:443=127.0.0.1:${upstream.https}`, "--allow-private", "127.0.0.0/8"],
      ...["--certificate", join(folder, "ca.pem")],
    ],
    { stdio: "ignore", cwd: folder },
  );
  started.push(child);
  await listening(port);
  return { name: "cordon gateway", looks: "operation, every text, record", port, path: "/connectors/desk/tickets" };
}

async function squid(upstream: number): Promise<Way> {
  const port = await freePort();
  const config = join(folder, "squid.conf");
  writeFileSync(
    config,
    [
      `http_port 127.0.0.1:${port}`,
      "http_access allow localhost",
      "http_access deny all",
      "cache deny all",
      "access_log none",
      "cache_log /dev/null",
      "pid_filename none",
      "",
    ].join("\n"),
  );
  started.push(spawn("squid", ["-N", "-f", config], { stdio: "ignore" }));
  await listening(port);
  return { name: "Squid, without TLS", looks: "host", port, path: `http://127.0.0.1:${upstream}/tickets` };
}

async function mitmproxy(upstream: number): Promise<Way> {
  const port = await freePort();
  const mode = ["--mode", `reverse:https://localhost:${upstream}/`, "--ssl-insecure"];
  started.push(
    spawn("mitmdump", ["-q", ...mode, "-p", String(port), "--set", `confdir=${folder}`], { stdio: "ignore" }),
  );
  await listening(port);
  return { name: "mitmproxy", looks: "nothing, with its own reader", port, path: "/tickets" };
}

const isThere = (command: string): boolean => spawnSync("which", [command]).status === 0;

function said<T>(args: string[]): Promise<T> {
  const child = spawn(process.execPath, ["--import", "tsx", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
    cwd: ROOT,
  });
  started.push(child);
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (part) => {
      text += String(part);
      if (text.includes("\n")) resolve(JSON.parse(text) as T);
    });
    child.once("exit", () => reject(new Error(`${args.join(" ")} ended`)));
  });
}

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    }),
  );
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    const { connect } = await import("node:net");
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`nothing listens on ${port}`);
}
