import type { IConstruct } from "constructs";
import { CordonError, quoted } from "../errors/cordon-error";
import { plainText } from "../names/plain-text";
import type { Acknowledgement } from "../topology/model/result";
import { RULES } from "../topology/rules";

const METADATA = "cordon:acknowledged";

/** An exception from the proof. */
export interface AcknowledgementProps {
  /** The rule of the finding: `CORDON-P04`. */
  readonly rule: string;
  /** Why it is right here; it is printed with every verdict. */
  readonly reason: string;
  /** The last day on which it counts, as in `2027-01-31`; afterwards the stack fails to synthesize again. */
  readonly expires: string;
}

/**
 * Takes a finding of the proof on oneself: one rule, on the construct whose resources break it, and on what is below it.
 * The plan carries it, so that `cordon verify` prints it with its reason.
 *
 * @throws CORDON-161 for a rule that does not exist, a reason that is empty, or a day that is none
 */
export function acknowledge(construct: IConstruct, props: AcknowledgementProps): void {
  const at = `${construct.node.path}, acknowledgement`;
  if (!RULES.some((rule) => rule.id === props.rule)) {
    const known = RULES.map((rule) => rule.id).sort();
    throw new CordonError("CORDON-161", at, `${quoted(props.rule)} is no rule`, `use one of ${known.join(", ")}`);
  }
  if (!isDay(props.expires)) {
    throw new CordonError(
      "CORDON-161",
      at,
      `expires ${quoted(props.expires)} is no day`,
      "write the last day on which it counts, e.g. 2027-01-31",
    );
  }
  const reason = plainText(props.reason, at, "the reason");
  construct.node.addMetadata(METADATA, { rule: props.rule, reason, expires: props.expires });
}

/** The acknowledgements on a construct and everything below it, sorted. */
export function acknowledgementsIn(root: IConstruct): Acknowledgement[] {
  return root.node
    .findAll()
    .flatMap((construct) =>
      construct.node.metadata
        .filter((entry) => entry.type === METADATA)
        .map((entry): Acknowledgement => ({ ...(entry.data as AcknowledgementProps), at: construct.node.path })),
    )
    .sort((a, b) => (`${a.at} ${a.rule}` < `${b.at} ${b.rule}` ? -1 : 1));
}

function isDay(text: unknown): text is string {
  if (typeof text !== "string" || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const day = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}
