import { type AwsPrincipal, readAwsArn } from "./aws-arn";

const MOST_CHARACTERS = 16_384;
const ELEMENT = "<(?:Arn|UserId|Account)>[^<>&]{1,2048}</(?:Arn|UserId|Account)>";
// Written as one whole, so that nothing stands in it that is not read: no comment, entity, attribute or second result.
const ANSWER = new RegExp(
  [
    '^(?:<\\?xml version="1\\.0"(?: encoding="(?:UTF|utf)-8")?\\?>)?',
    '<GetCallerIdentityResponse xmlns="https://sts\\.amazonaws\\.com/doc/2011-06-15/">',
    `<GetCallerIdentityResult>(${ELEMENT}${ELEMENT}${ELEMENT})</GetCallerIdentityResult>`,
    "<ResponseMetadata><RequestId>[A-Za-z0-9-]{1,128}</RequestId></ResponseMetadata>",
    "</GetCallerIdentityResponse>$",
  ].join(""),
);
const MEMBER = /<(Arn|UserId|Account)>([^<>&]*)<\/(Arn|UserId|Account)>/g;

/**
 * Who STS says has signed; undefined for any other answer.
 * @see https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
 */
export function readStsAnswer(xml: string): AwsPrincipal | undefined {
  if (typeof xml !== "string" || xml.length > MOST_CHARACTERS) return undefined;
  // Blanks between elements; none of what is read may have any around it.
  const [, result = ""] = ANSWER.exec(xml.trim().replace(/>[ \t\r\n]+</g, "><")) ?? [];
  const members = new Map<string, string>();
  for (const [, open = "", value = "", close] of result.matchAll(MEMBER)) {
    if (open !== close || members.has(open)) return undefined;
    members.set(open, value);
  }
  const named = readAwsArn(members.get("Arn"));
  return members.size === 3 && named?.account === members.get("Account") ? named : undefined;
}
