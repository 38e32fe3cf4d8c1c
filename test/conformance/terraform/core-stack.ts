import type { StackJson } from "./plan-json";

type Arguments = { [argument: string]: unknown };

interface ProviderStack extends StackJson {
  readonly data?: { readonly [type: string]: { readonly [name: string]: Arguments } };
}

const META = ["provider", "connection", "provisioner"];
const REFERENCE =
  /(?<![\w.-])(data\.)?((?:google|azurerm|azapi)_[a-z0-9_]+)\.([A-Za-z][\w-]*)((?:\.[a-z][a-z0-9_]*|\[\d+\])*)/g;

/**
 * The same stack with Terraform's own `terraform_data` in place of every resource of a provider: names, references,
 * functions, dependencies and lifecycle stay, so that Terraform's core checks them, without the provider's binary. What
 * only a provider knows, the arguments' types and values, is not checked.
 */
export function coreStack(stack: ProviderStack): object {
  const asked = attributesAsked(JSON.stringify(stack));
  const made: { [name: string]: Arguments } = {};
  for (const [prefix, section] of [
    ["", stack.resource],
    ["data_", stack.data],
  ] as const) {
    for (const [type, named] of Object.entries(section ?? {})) {
      for (const [name, values] of Object.entries(named)) {
        const key = `${prefix}${type}__${name}`;
        made[key] = resourceOf(values, asked.get(key) ?? new Set());
      }
    }
  }
  return {
    resource: { terraform_data: made },
    ...(stack.output === undefined ? {} : { output: rewritten(stack.output) }),
    ...(stack.locals === undefined ? {} : { locals: rewritten(stack.locals) }),
  };
}

function resourceOf(values: Arguments, asked: ReadonlySet<string>): Arguments {
  const { depends_on, lifecycle, "//": _comment, ...rest } = values;
  const own = Object.entries(rest).filter(([name]) => !META.includes(name));
  const whole = [...asked].filter((name) => !name.includes("."));
  const computed = whole.filter((name) => !(name in rest)).map((name) => [name, computedValue(name)]);
  const inside = [...asked].flatMap((path) => (path.includes(".") ? [path.split(".")] : []));
  const filled = own.map(([name, value]) => [
    name,
    withInside(
      value,
      inside.filter(([block]) => block === name),
    ),
  ]);
  return {
    input: rewritten(Object.fromEntries([...computed, ...filled])),
    ...(depends_on === undefined ? {} : { depends_on: rewritten(depends_on) }),
    ...(lifecycle === undefined ? {} : { lifecycle: lifecycleOf(lifecycle as Arguments) }),
  };
}

// Arguments whose changes are ignored are below `input` here.
function lifecycleOf({ ignore_changes, ...rest }: Arguments): Arguments {
  const ignored = Array.isArray(ignore_changes) ? { ignore_changes: ["input"] } : {};
  return { ...(rewritten(rest) as Arguments), ...ignored };
}

// Blocks hold what a provider computes too: `ip_configuration[0].private_ip_address`.
function withInside(value: unknown, inside: readonly string[][]): unknown {
  if (!Array.isArray(value) || inside.length === 0) return value;
  const computed = Object.fromEntries(inside.map(([, name = ""]) => [name, "computed"]));
  return value.map((block: object) => ({ ...computed, ...block }));
}

// What a provider would compute: lists where the name is of several.
const computedValue = (name: string): unknown =>
  /(certificates|list|addresses)$/.test(name) ? ["computed"] : "computed";

function attributesAsked(text: string): Map<string, Set<string>> {
  const asked = new Map<string, Set<string>>();
  for (const [, data = "", type, name, path = ""] of text.matchAll(REFERENCE)) {
    const [, attribute] = /^\.([a-z][a-z0-9_]*)/.exec(path) ?? [];
    if (attribute === undefined) continue;
    const key = `${data === "" ? "" : "data_"}${type}__${name}`;
    const names = (asked.get(key) ?? new Set()).add(attribute);
    const [, inside] = /^\.[a-z][a-z0-9_]*\[\d+\]\.([a-z][a-z0-9_]*)$/.exec(path) ?? [];
    asked.set(key, inside === undefined ? names : names.add(`${attribute}.${inside}`));
  }
  return asked;
}

function rewritten(value: unknown): unknown {
  if (typeof value === "string") {
    return value.replace(REFERENCE, (_, data: string | undefined, type: string, name: string, path: string) => {
      const own = `terraform_data.${data === undefined ? "" : "data_"}${type}__${name}`;
      return path === "" || path === ".id" ? `${own}${path}` : `${own}.output${path}`;
    });
  }
  if (Array.isArray(value)) return value.map(rewritten);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, rewritten(one)]));
}
