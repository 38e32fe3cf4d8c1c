import { existsSync } from "node:fs";
import { join } from "node:path";
import type { BenchExample } from "./examples";
import { ROOT } from "./workspace";

/** A synthesized stack, as far as the bare program repeats it. */
export interface SynthesizedStack {
  readonly resource: { [type: string]: { [name: string]: { [argument: string]: unknown } } };
  readonly data?: { [type: string]: { [name: string]: { [argument: string]: unknown } } };
  readonly provider?: { readonly [name: string]: readonly object[] };
  readonly locals?: { [name: string]: unknown };
}

const camelCase = (name: string): string =>
  name.replace(/_([a-z0-9])/g, (_match, letter: string) => letter.toUpperCase());

/**
 * The program that a user would write without this library to get the same resources: one generated class for each, with
 * its arguments as literals. It has no logic, so what it costs is the framework and the bindings.
 */
export function bareProgram(stack: SynthesizedStack, { provider, file }: BenchExample): string {
  const all = [
    ...Object.entries(stack.data ?? {}).map(([type, named]) => ({ type: `data_${type}`, named })),
    ...Object.entries(stack.resource).map(([type, named]) => ({ type, named })),
  ].sort((a, b) => (a.type < b.type ? -1 : 1));
  const bound = all.filter(({ type }) => isBound(type, provider));
  const imports = bound.map(({ type }) => {
    const name = className(type, provider.prefix);
    return `const ${name} = require("${bindingOf(type, provider)}").${name};`;
  });
  const statements = bound.flatMap(({ type, named }) =>
    Object.entries(named).map(
      ([name, values]) =>
        `    new ${className(type, provider.prefix)}(this, ${JSON.stringify(name)}, ${JSON.stringify(propsOf(values))});`,
    ),
  );
  const others = all
    .filter(({ type }) => !isBound(type, provider))
    .flatMap(({ type, named }) =>
      Object.entries(named).map(
        ([name, values]) =>
          `    new Plain(this, ${JSON.stringify(name)}, ${JSON.stringify(type)}, ${JSON.stringify(plainOf(values))});`,
      ),
    );
  const locals = Object.entries(stack.locals ?? {}).map(
    ([name, value]) => `    new TerraformLocal(this, ${JSON.stringify(name)}, ${JSON.stringify(value)});`,
  );
  return `const { App, TerraformLocal, TerraformResource, TerraformStack } = require("cdktf");
const { ${provider.className} } = require("${provider.pack}/lib/provider");
${imports.join("\n")}
class Plain extends TerraformResource {
  constructor(scope, id, terraformResourceType, { dependsOn, ...values }) {
    super(scope, id, { terraformResourceType, dependsOn });
    this.values = values;
  }
  synthesizeAttributes() {
    return this.values;
  }
}
class Bare extends TerraformStack {
  constructor(scope, id) {
    super(scope, id);
    new ${provider.className}(this, "${provider.prefix}", ${JSON.stringify(stack.provider?.[provider.prefix]?.[0] ?? {})});
${[...locals, ...statements, ...others].join("\n")}
  }
}
exports.program = (outdir) => {
  const app = new App({ outdir });
  new Bare(app, "${file}");
  app.synth();
};
`;
}

function propsOf({ "//": _metadata, depends_on, ...values }: { [argument: string]: unknown }): unknown {
  const dependsOn = Array.isArray(depends_on) ? { dependsOn: depends_on.map((fqn) => ({ fqn })) } : {};
  return { ...Object(inCamelCase(values)), ...dependsOn };
}

/** What a provider without a package of bindings has, such as azapi's, is written as it is. */
function plainOf({ "//": _metadata, depends_on, ...values }: { [argument: string]: unknown }): unknown {
  return Array.isArray(depends_on) ? { ...values, dependsOn: depends_on.map((fqn) => ({ fqn })) } : values;
}

const isBound = (type: string, { prefix }: BenchExample["provider"]): boolean =>
  type.replace(/^data_/, "").startsWith(`${prefix}_`);

function bindingOf(type: string, { pack, prefix }: BenchExample["provider"]): string {
  const folder = type.startsWith("data_") ? type.replace("data_", "data-") : type.replace(`${prefix}_`, "");
  const binding = `${pack}/lib/${folder.replace(/_/g, "-")}`;
  if (!existsSync(join(ROOT, "node_modules", binding))) throw new Error(`no binding ${binding}`);
  return binding;
}

// A data source keeps its provider's name: `DataGoogleProject`.
function className(type: string, prefix: string): string {
  const name = camelCase(type.startsWith("data_") ? type : type.replace(`${prefix}_`, ""));
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [camelCase(key), inCamelCase(one)]));
}
