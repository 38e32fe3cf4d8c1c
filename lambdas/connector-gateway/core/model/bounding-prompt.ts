import type { ContentNode } from "../content/node";
import { malformed } from "./body";
import type { Shape } from "./endpoint";
import type { JsonEdit } from "./json-edit";

const BETWEEN = "\n\n";

/**
 * Puts a text before everything else that a model reads, and takes nothing of the agent's away. A body that begins with it
 * stays as it is.
 */
export function insertPrompt(edit: JsonEdit, shape: Shape, text: string): void {
  if (shape === "chat") intoChat(edit, text);
  else if (shape === "responses") intoInstructions(edit, text);
  else if (shape === "gemini") intoGemini(edit, text);
  else intoSystem(edit, text, shape === "converse" ? { text } : { type: "text", text });
}

function intoChat(edit: JsonEdit, text: string): void {
  const messages = edit.member(edit.root, "messages");
  if (messages?.shape !== "array") throw malformed("its messages are no list");
  const roles = messages.members.map(({ node }) => edit.member(node, "role")?.text);
  const [first] = messages.members;
  const isThere = first !== undefined && edit.member(first.node, "content")?.text === text;
  if (isThere && (roles[0] === "system" || roles[0] === "developer")) return;
  // Models that know developers take no system beside them.
  edit.prepend(messages, { role: roles.includes("developer") ? "developer" : "system", content: text });
}

function intoInstructions(edit: JsonEdit, text: string): void {
  const present = edit.member(edit.root, "instructions");
  const said = present?.shape === "string" ? present.text : "";
  if (said === text || said.startsWith(text + BETWEEN)) return;
  edit.set(edit.root, "instructions", said === "" ? text : text + BETWEEN + said);
}

function intoSystem(edit: JsonEdit, text: string, block: object): void {
  const present = edit.member(edit.root, "system");
  if (present?.shape === "array") {
    intoBlocks(edit, present, text, block);
    return;
  }
  if (present?.shape === "string" && present.text === text) return;
  const own = present?.shape === "string" && present.text !== "" ? [{ type: "text", text: present.text }] : [];
  edit.set(edit.root, "system", [block, ...own]);
}

function intoBlocks(edit: JsonEdit, blocks: ContentNode, text: string, block: object): void {
  const [first] = blocks.members;
  if (first !== undefined && edit.member(first.node, "text")?.text === text) return;
  edit.prepend(blocks, block);
}

function intoGemini(edit: JsonEdit, text: string): void {
  const present = edit.member(edit.root, "systemInstruction") ?? edit.member(edit.root, "system_instruction");
  if (present?.shape !== "object") {
    if (present === undefined) edit.set(edit.root, "systemInstruction", { parts: [{ text }] });
    else edit.replace(present, JSON.stringify({ parts: [{ text }] }));
    return;
  }
  const parts = edit.member(present, "parts");
  if (parts?.shape === "array") intoBlocks(edit, parts, text, { text });
  else edit.set(present, "parts", [{ text }]);
}
