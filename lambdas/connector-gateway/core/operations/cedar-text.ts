import type { ConnectorJson, OperationJson } from "../../../../lib/policy/connector-json";

/** A string of Cedar. */
export const cedarString = (text: string): string => `"${[...text].map((character) => escaped(character)).join("")}"`;

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === '"' || character === "\\") return `\\${character}`;
  return code < 0x20 || code > 0x7e ? `\\u{${code.toString(16)}}` : character;
}

/** The conditions of a connector's operations, as the gateway evaluates them: one policy for each. */
export function conditionPolicies({ operations }: ConnectorJson): string {
  return operations
    .flatMap(({ operation, when }) =>
      when === undefined
        ? []
        : [`permit (principal, action == Action::${cedarString(operation)}, resource)\nwhen { ${when} };`],
    )
    .join("\n");
}

/**
 * Everything that an agent may do with a connector, as Cedar: what the table decides, said another way. A request is its
 * `method`, the number of its segments and the segments `s0`, `s1` and on; or its `name`.
 */
export function connectorPolicies(agent: string, { name, operations }: ConnectorJson): string {
  return operations
    .map((operation) => {
      const before = operations.filter((other) => other !== operation && goesBefore(other, operation));
      const conditions = [
        fits(operation),
        ...before.map((other) => `!(${fits(other)})`),
        ...(operation.when === undefined ? [] : [`(${operation.when})`]),
      ];
      return [
        `@operation(${cedarString(operation.operation)})`,
        `permit (principal == Agent::${cedarString(agent)}, action == Action::"use", resource == Connector::${cedarString(name)})`,
        `when { ${conditions.join(" && ")} };`,
      ].join("\n");
    })
    .join("\n\n");
}

function fits({ operation }: OperationJson): string {
  const [verb = "", path = ""] = operation.split(" ");
  if (!path.startsWith("/")) {
    return operation.endsWith("*")
      ? `context has name && context.name like "${cedarString(operation).slice(1, -2).replaceAll("*", "\\*")}*"`
      : `context has name && context.name == ${cedarString(operation)}`;
  }
  const segments = path.slice(1).split("/");
  const isOpen = segments.at(-1) === "*";
  const fixed = isOpen ? segments.slice(0, -1) : segments;
  return [
    `context has method && context.method == ${cedarString(verb)}`,
    `context.segments ${isOpen ? ">" : "=="} ${fixed.length}`,
    ...fixed.map((segment, index) =>
      segment.startsWith("{") ? `context.s${index} != ""` : `context.s${index} == ${cedarString(segment)}`,
    ),
  ].join(" && ");
}

/** Whether the first is asked first where a request fits both. */
function goesBefore({ operation: one }: OperationJson, { operation: other }: OperationJson): boolean {
  const [verb = "", path = ""] = one.split(" ");
  const [otherVerb = "", otherPath = ""] = other.split(" ");
  if (verb !== otherVerb) return false;
  if (!path.startsWith("/")) return rankOfName(one) > rankOfName(other);
  const segments = path.slice(1).split("/");
  const others = otherPath.slice(1).split("/");
  for (const [index, segment] of segments.entries()) {
    const against = others[index];
    if (against === undefined) return false;
    const difference = rankOf(segment) - rankOf(against);
    if (difference !== 0) return difference > 0;
  }
  return false;
}

const rankOfName = (operation: string): number =>
  operation.endsWith("*") ? operation.length - 1 : Number.MAX_SAFE_INTEGER;
const rankOf = (segment: string): number => (segment === "*" ? 0 : segment.startsWith("{") ? 1 : 2);
