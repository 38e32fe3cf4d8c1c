// Runs `npm audit` over what users install. Fails on any advisory; a registry that has no audit service is said so, since
// that is neither a pass nor a failure of this project.
import { spawnSync } from "node:child_process";

const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8" });
const report = parse(stdout);
if (report.metadata?.vulnerabilities?.total === undefined) {
  const reason = report.message ?? report.error?.summary ?? "no answer";
  process.stdout.write(
    `NOT AUDITED: this registry does not answer audit requests (${oneLine(reason)}); run 'npm audit --omit=dev' against one that does\n`,
  );
  process.exitCode = 3;
} else {
  const { total } = report.metadata.vulnerabilities;
  for (const [name, { severity }] of Object.entries(report.vulnerabilities))
    process.stderr.write(`${severity}: ${name}\n`);
  process.stdout.write(
    `${total} advisories in ${report.metadata.dependencies?.prod ?? "the"} packages that users install\n`,
  );
  process.exitCode = total === 0 ? 0 : 1;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

// Registry addresses stay out of logs.
function oneLine(text) {
  return String(text)
    .replace(/\bhttps?:\S+/g, "the registry")
    .replace(/\s+/g, " ")
    .trim();
}
