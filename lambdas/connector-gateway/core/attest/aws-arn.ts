/** Who an ARN names, as far as it identifies. */
export interface AwsPrincipal {
  readonly partition: string;
  readonly account: string;
  /** `role/Name` without its path, or `user/path/Name`. */
  readonly name: string;
}

const ROLE = /^arn:(aws(?:-[a-z]+)*):iam::([0-9]{12}):role\/(?:[!-~]*\/)?([A-Za-z0-9_+=,.@-]{1,64})$/;
const SESSION =
  /^arn:(aws(?:-[a-z]+)*):sts::([0-9]{12}):assumed-role\/([A-Za-z0-9_+=,.@-]{1,64})\/[A-Za-z0-9_+=,.@-]{2,64}$/;
const USER = /^arn:(aws(?:-[a-z]+)*):iam::([0-9]{12}):(user\/(?:[!-~]*\/)?[A-Za-z0-9_+=,.@-]{1,64})$/;
const MOST_CHARACTERS = 2048;

/**
 * Reads the ARN of a role, of a session of a role, or of a user; anything else, such as an account's root, is undefined. The ARN
 * of a session does not tell the role's path, so a role is its partition, account and name: IAM allows a name once in an
 * account, whatever its path.
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
 */
export function readAwsArn(arn: unknown): AwsPrincipal | undefined {
  if (typeof arn !== "string" || arn.length > MOST_CHARACTERS) return undefined;
  const role = ROLE.exec(arn) ?? SESSION.exec(arn);
  const [, partition, account, name] = role ?? USER.exec(arn) ?? [];
  if (partition === undefined || account === undefined || name === undefined) return undefined;
  return { partition, account, name: role === null ? name : `role/${name}` };
}

/** The ARN that the gateway says instead of a session's: the role's, without its path. */
export const arnOf = ({ partition, account, name }: AwsPrincipal): string => `arn:${partition}:iam::${account}:${name}`;
