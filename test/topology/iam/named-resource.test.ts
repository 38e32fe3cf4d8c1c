import { namesOneResource } from "../../../lib/topology/iam/named-resource";

describe("a resource of a policy", () => {
  test.each([
    "arn:aws:s3:::reports/*",
    "arn:aws:s3:::reports",
    "arn:*:s3:::reports/2026/*.csv",
    "arn:aws:s3:eu-west-1:111122223333:accesspoint/reports/object/*",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-AbCdEf",
    "arn:aws:secretsmanager:*:111122223333:secret:db-??????",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:team/*",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/jobs/index/*",
    "arn:aws:logs:eu-west-1:${aws_vpc.x.owner_id}:log-group:/app/a:*",
    "arn:aws:ssm:eu-west-1:111122223333:parameter/app/*",
    "arn:aws:sqs:eu-west-1:111122223333:jobs",
    "${aws_secretsmanager_secret.x.arn}",
    "${aws_s3_bucket.x.arn}/*",
    "arn:aws:s3:::${aws_s3_bucket.x.id}/*",
  ])("%s names one", (resource) => {
    expect(namesOneResource(resource, "open")).toBe(true);
    expect(namesOneResource(resource, "closed")).toBe(true);
  });

  test.each([
    "*",
    "",
    "arn:aws:s3:::*",
    "arn:aws:s3:::*/*",
    "arn:aws:s3:::reports*",
    "arn:aws:s3:::reports-?/x",
    "arn:aws:*:eu-west-1:111122223333:jobs",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:*",
    "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db-*",
    "arn:aws:secretsmanager:eu-west-1:*:secret:db-AbCdEf",
    "arn:aws:kms:eu-west-1:111122223333:key/*",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/*",
    "arn:aws:dynamodb:eu-west-1:111122223333:table/jobs*",
    "arn:aws:ssm:eu-west-1:111122223333:parameter/*",
    "arn:aws:sqs:eu-west-1:111122223333:jobs-??????",
    "${aws_s3_bucket.x.arn}*",
  ])("%s names more than one", (resource) => {
    expect(namesOneResource(resource, "open")).toBe(false);
    expect(namesOneResource(resource, "closed")).toBe(false);
  });

  test.each([
    "${var.arn}",
    "arn:aws:s3:::${var.bucket}/*",
    "arn:aws:sqs:eu-west-1:${var.account}:jobs",
    "arn:aws:s3:::${aws:username}/*",
  ])("%s may name more than one", (resource) => {
    expect(namesOneResource(resource, "open")).toBe(false);
    expect(namesOneResource(resource, "closed")).toBe(true);
  });
});
