import { quoted } from "../errors/cordon-error";
import { identifier } from "../names/plain-text";
import type { ApprovalJson, BudgetJson, RateJson } from "./connector-json";
import { oneOf, wholeNumber } from "./control-checks";

const MOST = 1_000_000_000;
const DAY = 86_400;

/** How often an agent may use an operation. Requests beyond it are refused with the time after which to try again. */
export class RateLimit {
  private constructor(private readonly json: RateJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  public static perSecond(limit: number, burst?: number): RateLimit {
    return RateLimit.parse({ limit, per: "second", ...(burst === undefined ? {} : { burst }) }, "RateLimit.perSecond");
  }

  public static perMinute(limit: number, burst?: number): RateLimit {
    return RateLimit.parse({ limit, per: "minute", ...(burst === undefined ? {} : { burst }) }, "RateLimit.perMinute");
  }

  public static perHour(limit: number, burst?: number): RateLimit {
    return RateLimit.parse({ limit, per: "hour", ...(burst === undefined ? {} : { burst }) }, "RateLimit.perHour");
  }

  public static perDay(limit: number, burst?: number): RateLimit {
    return RateLimit.parse({ limit, per: "day", ...(burst === undefined ? {} : { burst }) }, "RateLimit.perDay");
  }

  /** @throws CORDON-038 */
  public static parse({ limit, per, burst }: RateJson, at: string): RateLimit {
    wholeNumber(limit, at, "limit", MOST);
    oneOf(per, ["second", "minute", "hour", "day"], at, "per");
    if (burst !== undefined) wholeNumber(burst, at, "burst", limit);
    return new RateLimit({ limit, per, ...(burst === undefined || burst === limit ? {} : { burst }) });
  }

  public toJSON(): RateJson {
    return this.json;
  }
}

/** How much an agent may use in an hour, a day or a month (UTC). */
export class Budget {
  private constructor(private readonly json: BudgetJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  public static requests(limit: number, per: BudgetJson["per"]): Budget {
    return Budget.parse({ of: "requests", limit, per }, "Budget.requests");
  }

  /** Bytes that leave with requests: path, query, headers of the agent's, body. */
  public static bytesOut(limit: number, per: BudgetJson["per"]): Budget {
    return Budget.parse({ of: "bytes-out", limit, per }, "Budget.bytesOut");
  }

  /** Records that responses return: members of the outermost array, lines, rows. */
  public static rows(limit: number, per: BudgetJson["per"]): Budget {
    return Budget.parse({ of: "rows", limit, per }, "Budget.rows");
  }

  /** Tokens that a model reads and writes. */
  public static tokens(limit: number, per: BudgetJson["per"]): Budget {
    return Budget.parse({ of: "tokens", limit, per }, "Budget.tokens");
  }

  /** @throws CORDON-038 */
  public static parse({ of, limit, per }: BudgetJson, at: string): Budget {
    oneOf(of, ["requests", "bytes-out", "rows", "tokens"], at, "of");
    oneOf(per, ["hour", "day", "month"], at, "per");
    return new Budget({ of, limit: wholeNumber(limit, at, "limit", Number.MAX_SAFE_INTEGER), per });
  }

  public toJSON(): BudgetJson {
    return this.json;
  }
}

/** How long approvals may take. */
export interface ApprovalOptions {
  /** Seconds in which the approvals have to come. @default 3600 */
  readonly approveWithin?: number;
  /** Seconds in which the approved request has to be sent. @default 900 */
  readonly executeWithin?: number;
}

/** People who have to agree to the exact request before it is sent. Nobody approves a request of their own. */
export class Approval {
  private constructor(private readonly json: ApprovalJson) {
    Object.freeze(this);
    Object.freeze(json);
  }

  /** So many members of a group. Who they are is said where the gateway is built. */
  public static by(need: number, group: string, options: ApprovalOptions = {}): Approval {
    return Approval.parse({ need, group, ...options }, `Approval.by(${quoted(need)}, ${quoted(group)})`);
  }

  /** @throws CORDON-038, CORDON-022 for the group's name */
  public static parse({ need, group, approveWithin, executeWithin }: ApprovalJson, at: string): Approval {
    wholeNumber(need, at, "the number of approvers", 10);
    identifier(group, at, "the group");
    const seconds = { approveWithin, executeWithin };
    for (const [what, value] of Object.entries(seconds)) {
      if (value !== undefined) wholeNumber(value, at, what, 7 * DAY);
    }
    return new Approval({
      need,
      group,
      ...(approveWithin === undefined || approveWithin === 3600 ? {} : { approveWithin }),
      ...(executeWithin === undefined || executeWithin === 900 ? {} : { executeWithin }),
    });
  }

  public toJSON(): ApprovalJson {
    return this.json;
  }
}
