import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandResult, run } from "./command";
import type { TerraformEngine } from "./engines";
import type { Diagnostic, PlanJson, StackJson } from "./plan-json";

/** What differs from the stack as the user deploys it; Terraform merges it over the unchanged `cdk.tf.json`. */
export interface Overrides {
  /** Resource arguments by type and name. */
  readonly resource?: StackJson["resource"];
  /** Where the AWS calls go. @default - nowhere: dummy credentials, and no call is made */
  readonly endpointUrl?: string;
}

/** The override file of a stage: the provider version of this machine, no account, state beside the configuration. */
export function overrideFile(engine: TerraformEngine, overrides: Overrides = {}): object {
  const offline = overrides.endpointUrl === undefined;
  return {
    terraform: {
      required_providers: { aws: { source: "hashicorp/aws", version: engine.providerVersion } },
      backend: { local: { path: "terraform.tfstate" } },
    },
    provider: {
      aws: [
        {
          access_key: "testing",
          secret_key: "testing",
          max_retries: 1,
          skip_credentials_validation: offline,
          skip_metadata_api_check: true,
          skip_region_validation: offline,
          skip_requesting_account_id: offline,
        },
      ],
    },
    ...(overrides.resource === undefined ? {} : { resource: overrides.resource }),
  };
}

/** Environment in which Terraform finds its providers in the mirror alone, and no settings of the machine. */
export function terraformEnvironment(engine: TerraformEngine, folder: string, endpointUrl?: string): NodeJS.ProcessEnv {
  const config = join(folder, "terraform.rc");
  const mirror = JSON.stringify(engine.mirror);
  writeFileSync(config, `provider_installation {\n  filesystem_mirror {\n    path = ${mirror}\n  }\n}\n`);
  const kept = Object.entries(process.env).filter(([name]) => !/^(AWS_|TF_|CDKTF_)/.test(name));
  return {
    ...Object.fromEntries(kept),
    TF_CLI_CONFIG_FILE: config,
    TF_IN_AUTOMATION: "1",
    CHECKPOINT_DISABLE: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    ...(endpointUrl === undefined ? {} : { AWS_ENDPOINT_URL: endpointUrl }),
  };
}

/** Synthesized stacks in folders of their own, which share one provider installation. */
export class TerraformStage {
  private readonly root = mkdtempSync(join(tmpdir(), "cordon-terraform-"));
  private readonly environment: NodeJS.ProcessEnv;
  private staged = 0;

  public constructor(private readonly engine: TerraformEngine) {
    this.environment = { ...terraformEnvironment(engine, this.root), TF_DATA_DIR: join(this.root, "data") };
  }

  /** Writes a stack and the override file, and initializes the folder. */
  public async stage(stack: object, overrides: Overrides = {}): Promise<StagedStack> {
    this.staged += 1;
    const folder = join(this.root, `stack-${this.staged}`);
    mkdirSync(folder);
    writeFileSync(join(folder, "cdk.tf.json"), JSON.stringify(stack, null, 1));
    writeFileSync(join(folder, "override.tf.json"), JSON.stringify(overrideFile(this.engine, overrides)));
    const lock = join(this.root, ".terraform.lock.hcl");
    if (existsSync(lock)) cpSync(lock, join(folder, ".terraform.lock.hcl"));
    const environment =
      overrides.endpointUrl === undefined
        ? this.environment
        : { ...this.environment, AWS_ENDPOINT_URL: overrides.endpointUrl };
    const staged = new StagedStack(this.engine.binary, folder, environment);
    await staged.expectSuccess("init", "-input=false");
    cpSync(join(folder, ".terraform.lock.hcl"), lock);
    return staged;
  }

  public remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

/** One initialized configuration. */
export class StagedStack {
  public constructor(
    private readonly binary: string,
    public readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  public terraform(...args: string[]): Promise<CommandResult> {
    return run(this.binary, args, { cwd: this.folder, env: this.environment });
  }

  /** Runs Terraform and throws its output when it fails. */
  public async expectSuccess(...args: string[]): Promise<string> {
    const { code, stdout, output } = await this.terraform(...args, ...(args[0] === "show" ? [] : ["-no-color"]));
    if (code !== 0) throw new Error(`terraform ${args.join(" ")}:\n${output}`);
    return stdout;
  }

  /** What `terraform validate` has to say. */
  public async validate(): Promise<Diagnostic[]> {
    const { stdout } = await this.terraform("validate", "-json");
    return JSON.parse(stdout).diagnostics;
  }

  /** The plan from an empty state, or from what was applied in this folder. */
  public async plan(): Promise<PlanJson> {
    await this.expectSuccess("plan", "-input=false", "-out=plan.bin");
    return JSON.parse(await this.expectSuccess("show", "-json", "plan.bin"));
  }

  /** The text of the error that a plan fails with. */
  public async planError(): Promise<string> {
    const { code, output } = await this.terraform("plan", "-input=false", "-no-color");
    if (code === 0) throw new Error("the plan succeeded");
    return output.replace(/[│╷╵\s]+/g, " ");
  }
}
