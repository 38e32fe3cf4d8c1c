import { motoServer, terraformEngine } from "../test/conformance/terraform/engines";

// With CI=true a missing engine is an error that says how to get it.
try {
  const terraform = terraformEngine();
  process.stdout.write(`AWS provider ${terraform?.providerVersion}\n`);
  motoServer();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
