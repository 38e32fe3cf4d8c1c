import { GatewayProblem } from "../core/problem";

/** Settings of a function, as its construct writes them. */
export type Settings = { readonly [name: string]: string | undefined };

/** A setting that has to be there. @throws policy_unavailable */
export function settingOf(settings: Settings, name: string): string {
  const value = settings[name];
  if (value !== undefined && value !== "") return value;
  throw new GatewayProblem("policy_unavailable", `The setting ${name} is missing.`);
}

/** Names in the cloud's secret store by the names of the policy. @throws policy_unavailable */
export function secretNamesOf(settings: Settings): ReadonlyMap<string, string> {
  const unreadable = (): GatewayProblem =>
    new GatewayProblem("policy_unavailable", "The setting CORDON_SECRETS is not a JSON object of names.");
  let value: unknown;
  try {
    value = JSON.parse(settings["CORDON_SECRETS"] ?? "{}");
  } catch {
    throw unreadable();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unreadable();
  const entries = Object.entries(value as object);
  if (entries.some(([, name]) => typeof name !== "string")) throw unreadable();
  return new Map(entries as [string, string][]);
}

/** Makes something once; a failure is not kept, so that the next request tries again. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make().catch((error: unknown) => {
      made = undefined;
      throw error;
    });
    return made;
  };
}
