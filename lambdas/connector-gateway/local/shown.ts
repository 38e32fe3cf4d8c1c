import type { ShownDecision } from "./decisions";

type Json = { readonly [member: string]: unknown };

/** What the laptop shows of a record; undefined for what is only announced. */
export function shownOf(record: object): ShownDecision | undefined {
  const { unmapped, api, actor, time, duration, status_code: reason } = record as { readonly [member: string]: Json };
  if (unmapped?.["stage"] !== "result") return undefined;
  const verdict = unmapped["verdict"];
  const found = listOf(unmapped["findings"]).map(({ detector, action, count }) => `${action} ${detector} x${count}`);
  const changed = listOf(unmapped["redactions"]).map(({ mode, path, count }) => `${mode} ${path} x${count}`);
  return {
    at: Number(time),
    agent: textOf((actor?.["user"] as Json | undefined)?.["name"]),
    verdict: verdict === "deny" ? "deny" : verdict === "monitor" ? "watch" : "allow",
    what: `${textOf((api?.["service"] as Json | undefined)?.["name"])}: ${textOf(api?.["operation"])}`,
    why: textOf(reason),
    notes: [...found, ...changed].join(", "),
    milliseconds: Number(duration ?? 0),
  };
}

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function listOf(value: unknown): { readonly [member: string]: string | number }[] {
  return Array.isArray(value) ? (value as { readonly [member: string]: string | number }[]) : [];
}
