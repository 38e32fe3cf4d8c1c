import { CordonError, quoted } from "../errors/cordon-error";
import type { DlpAction, DlpActionsJson, DlpJson } from "./connector-json";
import { oneOf } from "./control-checks";

const ACTIONS: readonly DlpAction[] = ["block", "redact", "alert", "allow"];
const MEMBERS = ["secrets", "personal", "detectors"];

/** What is done with secrets and personal data on their way. */
export interface DlpOptions {
  /** @default secrets are blocked */
  readonly request?: DlpActionsJson;
  /** @default secrets are redacted */
  readonly response?: DlpActionsJson;
}

/** What the gateway looks for, and what it does with each finding. */
export class Dlp {
  private constructor(private readonly json: DlpJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  public static of(options: DlpOptions): Dlp {
    return Dlp.parse(options, "Dlp.of");
  }

  /** @throws CORDON-038 for an unknown action or member */
  public static parse({ request, response }: DlpJson, at: string): Dlp {
    return new Dlp({
      ...(request === undefined ? {} : { request: actions(request, `${at}, request`) }),
      ...(response === undefined ? {} : { response: actions(response, `${at}, response`) }),
    });
  }

  public toJSON(): DlpJson {
    return this.json;
  }
}

function actions(given: DlpActionsJson, at: string): DlpActionsJson {
  const unknown = Object.keys(given).find((member) => !MEMBERS.includes(member));
  if (unknown !== undefined) {
    throw new CordonError("CORDON-038", at, `${quoted(unknown)} is nothing to scan for`, `use ${MEMBERS.join(", ")}`);
  }
  const { secrets, personal, detectors } = given;
  const named = Object.entries(detectors ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [detector, action] of named) {
    if (!/^[a-z0-9][a-z0-9.-]{0,63}$/.test(detector)) {
      throw new CordonError("CORDON-038", at, `${quoted(detector)} is no detector`, "use an id of docs/detectors.md");
    }
    oneOf(action, ACTIONS, at, `the action for ${detector}`);
  }
  return {
    ...(secrets === undefined ? {} : { secrets: oneOf(secrets, ACTIONS, at, "secrets") }),
    ...(personal === undefined ? {} : { personal: oneOf(personal, ACTIONS, at, "personal") }),
    ...(named.length === 0 ? {} : { detectors: Object.fromEntries(named) }),
  };
}
