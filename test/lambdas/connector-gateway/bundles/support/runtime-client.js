// The part of Lambda's Node runtime that a handler sees: asks the runtime interface for events and answers them.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
const { handler } = require(`${process.env.LAMBDA_TASK_ROOT}/index.js`);
const base = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`;

async function main() {
  for (;;) {
    const next = await fetch(`${base}/next`);
    const id = next.headers.get("lambda-runtime-aws-request-id");
    const event = await next.json();
    const post = (kind, body) => fetch(`${base}/${id}/${kind}`, { method: "POST", body: JSON.stringify(body) });
    try {
      await post("response", await handler(event, { awsRequestId: id }));
    } catch (error) {
      await post("error", { errorMessage: String(error), errorType: error?.name });
    }
  }
}

main().catch(() => process.exit(1));
