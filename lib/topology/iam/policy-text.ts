import { openingAt, templateEnd } from "./template";

const OPEN = "\uE000";
const CLOSE = "\uE001";
const PLACEHOLDER = /\uE000(\d+)\uE001/g;

/**
 * Parses JSON that holds Terraform templates. A template inside a string stays in it as text; one that stands for a whole
 * value becomes a string. Undefined for what is no JSON.
 */
export function parsePolicyText(text: string): unknown {
  const templates: string[] = [];
  const json = withPlaceholders(text, templates);
  if (json === undefined) return undefined;
  try {
    return restored(JSON.parse(json), templates);
  } catch {
    return undefined;
  }
}

// Quotes inside of a template end no string of the JSON around it, so templates leave before the JSON is parsed.
function withPlaceholders(text: string, templates: string[]): string | undefined {
  if (text.includes(OPEN) || text.includes(CLOSE)) return undefined;
  let json = "";
  let quoted = false;
  for (let at = 0; at < text.length; ) {
    const opening = openingAt(text, at);
    if (opening !== undefined) {
      const end = templateEnd(text, at + opening);
      if (end === undefined) return undefined;
      const holder = `${OPEN}${templates.length}${CLOSE}`;
      templates.push(text.slice(at, end).replaceAll('\\"', '"'));
      json += quoted ? holder : `"${holder}"`;
      at = end;
      continue;
    }
    const char = text[at] ?? "";
    const length = quoted && char === "\\" ? 2 : 1;
    if (char === '"') quoted = !quoted;
    json += text.slice(at, at + length);
    at += length;
  }
  return json;
}

function restored(value: unknown, templates: string[]): unknown {
  if (typeof value === "string") return value.replace(PLACEHOLDER, (_, index) => templates[Number(index)] ?? "");
  if (Array.isArray(value)) return value.map((item) => restored(item, templates));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [String(restored(key, templates)), restored(item, templates)]),
  );
}
