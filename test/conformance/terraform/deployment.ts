import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { EC2Client } from "@aws-sdk/client-ec2";
import { IAMClient } from "@aws-sdk/client-iam";
import { type CommandResult, run } from "./command";
import type { TerraformEngine } from "./engines";
import { Moto } from "./moto";
import type { PlanJson, StackJson } from "./plan-json";
import { type Overrides, overrideFile, terraformEnvironment } from "./stage";
import { AwsEndpoint } from "./stand-in/server";

const PROJECT = resolve(__dirname, "../../..");

/** A moto server with the stand-in before it, and the CDKTF command line that deploys an example stack to them. */
export class Deployment {
  private readonly folder = mkdtempSync(join(tmpdir(), "cordon-deploy-"));
  public readonly ec2: EC2Client;
  public readonly iam: IAMClient;

  private constructor(
    private readonly engine: TerraformEngine,
    private readonly moto: Moto,
    public readonly aws: AwsEndpoint,
    public readonly stack: string,
  ) {
    const client = {
      endpoint: aws.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "testing", secretAccessKey: "testing" },
    };
    this.ec2 = new EC2Client(client);
    this.iam = new IAMClient(client);
  }

  public static async start(engine: TerraformEngine, motoCommand: string, stack: string): Promise<Deployment> {
    const moto = await Moto.start(motoCommand);
    return new Deployment(engine, moto, await AwsEndpoint.start(moto.url), stack);
  }

  public deploy(overrides: Overrides = {}): Promise<CommandResult> {
    return this.cdktf("deploy", overrides);
  }

  public destroy(overrides: Overrides = {}): Promise<CommandResult> {
    return this.cdktf("destroy", overrides);
  }

  /** What was deployed, as the program wrote it. */
  public get synthesized(): StackJson {
    return JSON.parse(readFileSync(join(this.stackFolder, "cdk.tf.json"), "utf8"));
  }

  /** Terraform in the deployed stack's folder. */
  public terraform(...args: string[]): Promise<CommandResult> {
    return run(this.engine.binary, [...args, "-no-color"], { cwd: this.stackFolder, env: this.environment() });
  }

  /** What would change in the deployment if these arguments were other, but for what stays as it is. */
  public async planWith(overrides: Overrides): Promise<{ type: string; actions: string[] }[]> {
    const override = join(this.stackFolder, "override.tf.json");
    const before = readFileSync(override);
    writeFileSync(override, JSON.stringify(overrideFile(this.engine, { ...overrides, endpointUrl: this.aws.url })));
    const planned = await this.terraform("plan", "-input=false", "-out=plan.bin");
    writeFileSync(override, before);
    if (planned.code !== 0) throw new Error(planned.output);
    const env = this.environment();
    const shown = await run(this.engine.binary, ["show", "-json", "plan.bin"], { cwd: this.stackFolder, env });
    const { resource_changes }: PlanJson = JSON.parse(shown.stdout);
    return resource_changes
      .map(({ type, change }) => ({ type, actions: change.actions }))
      .filter(({ actions }) => actions.join() !== "no-op");
  }

  public async stop(): Promise<void> {
    this.ec2.destroy();
    this.iam.destroy();
    await this.aws.stop();
    await this.moto.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get stackFolder(): string {
    return join(this.folder, "out", "stacks", this.stack);
  }

  private environment(): NodeJS.ProcessEnv {
    return terraformEnvironment(this.engine, this.folder, this.aws.url);
  }

  private cdktf(verb: "deploy" | "destroy", overrides: Overrides): Promise<CommandResult> {
    const override = JSON.stringify(overrideFile(this.engine, { ...overrides, endpointUrl: this.aws.url }));
    const env = {
      ...this.environment(),
      CI: "1",
      TERRAFORM_BINARY_NAME: this.engine.binary,
      CORDON_TEST_OVERRIDE: override,
      CORDON_TEST_STACK: this.stack,
    };
    const app = `npx tsx ${join("test", "conformance", "terraform", "deploy-app.ts")}`;
    // Without a network the command line can't ask the provider's registry for checksums of other platforms.
    const flags = ["--auto-approve", "--app", app, "--output", join(this.folder, "out"), "--skip-provider-lock"];
    return run(join("node_modules", ".bin", "cdktf"), [verb, this.stack, ...flags], { cwd: PROJECT, env });
  }
}
