import { type ContentNode, jsonValueOf } from "../content/node";
import type { OperationTable } from "../operations/operation-table";
import { isObject } from "./message";
import { type McpList, permitted, permittedTemplate } from "./methods";
import type { Pins } from "./pins";
import { memberOf, type ResultFilter, refused } from "./response";

/** Leaves those items of a list that operations permit, and of tools those whose definition is the first one. */
export function listFilter({ member, kind, name }: McpList, table: OperationTable, pins: Pins): ResultFilter {
  const isPermitted = (text: string): boolean =>
    (member === "resourceTemplates" ? permittedTemplate(table, text) : permitted(table, `${kind} ${text}`)) !==
    undefined;
  return async (result) => {
    const list = memberOf(result, member);
    if (list?.shape !== "array") throw refused();
    const seen = new Set<string>();
    for (const { node } of list.members) {
      const text = nameOf(node, name);
      // Of two with one name nobody could say which is called.
      const isKept =
        text !== undefined && !seen.has(text) && isPermitted(text) && (await isAdmitted(member, text, node, pins));
      if (text !== undefined) seen.add(text);
      if (!isKept) node.edit = { kind: "remove" };
    }
  };
}

function nameOf(node: ContentNode, member: string): string | undefined {
  const found = memberOf(node, member);
  return found?.shape === "string" ? found.text : undefined;
}

async function isAdmitted(member: McpList["member"], tool: string, node: ContentNode, pins: Pins): Promise<boolean> {
  if (member !== "tools") return true;
  const definition = jsonValueOf(node);
  return isObject(definition) && (await pins.admits(tool, definition));
}
