import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./workspace";

/** A synthesized stack, as far as the bare program repeats it. */
export interface SynthesizedStack {
  readonly resource: { [type: string]: { [name: string]: { [argument: string]: unknown } } };
  readonly locals?: { [name: string]: unknown };
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/**
 * The program that a user would write without this library to get the same resources: one generated class for each, with
 * its arguments as literals. It has no logic, so what it costs is the framework and the bindings.
 */
export function bareProgram(stack: SynthesizedStack): string {
  const types = Object.keys(stack.resource).sort();
  const imports = types.map((type) => `const ${className(type)} = require("${bindingOf(type)}").${className(type)};`);
  const statements = types.flatMap((type) =>
    Object.entries(stack.resource[type] ?? {}).map(
      ([name, values]) =>
        `    new ${className(type)}(this, ${JSON.stringify(name)}, ${JSON.stringify(propsOf(values))});`,
    ),
  );
  const locals = Object.entries(stack.locals ?? {}).map(
    ([name, value]) => `    new TerraformLocal(this, ${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  return `const { App, TerraformLocal, TerraformStack } = require("cdktf");
const { AwsProvider } = require("@cdktf/provider-aws/lib/provider");
${imports.join("\n")}
class Bare extends TerraformStack {
  constructor(scope, id) {
    super(scope, id);
    new AwsProvider(this, "aws", { region: "eu-west-1" });
${[...locals, ...statements].join("\n")}
  }
}
exports.program = (outdir) => {
  const app = new App({ outdir });
  new Bare(app, "agents-aws");
  app.synth();
};
`;
}

function propsOf({ "//": _metadata, depends_on, ...values }: { [argument: string]: unknown }): unknown {
  const dependsOn = Array.isArray(depends_on) ? { dependsOn: depends_on.map((fqn) => ({ fqn })) } : {};
  return { ...Object(inCamelCase(values)), ...dependsOn };
}

function bindingOf(type: string): string {
  const folder = type.replace(/^aws_/, "").replace(/_/g, "-");
  const binding = `@cdktf/provider-aws/lib/${folder}`;
  if (!existsSync(join(ROOT, "node_modules", binding))) throw new Error(`no binding ${binding}`);
  return binding;
}

function className(type: string): string {
  const name = camelCase(type.replace(/^aws_/, ""));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [camelCase(key), inCamelCase(one)]));
}
