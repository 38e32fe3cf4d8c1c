// The part of the Functions host's Node worker that a programming model sees: it loads the app, takes what it registers, and
// runs each invocation through the model. https://github.com/Azure/azure-functions-nodejs-worker
const Module = require("node:module");

const functions = new Map();
let model;
const core = {
  version: "3.11.0",
  hostVersion: "4.1037.0.0",
  workerVersion: "3.11.0",
  setProgrammingModel: (given) => {
    model = given;
  },
  registerFunction: (metadata, callback) => {
    functions.set(metadata.name, { metadata, callback });
    return { dispose: () => {} };
  },
  registerHook: () => ({ dispose: () => {} }),
  getProgrammingModel: () => model,
  log: () => {},
  retryStrategy: {},
};
const load = Module._load;
Module._load = (request, ...rest) => (request === "@azure/functions-core" ? core : load.call(Module, request, ...rest));
require(`${process.env.AZURE_APP_ROOT}/index.js`);

process.on("message", async ({ id, http }) => {
  const { metadata, callback } = functions.get("connector-gateway");
  const logs = [];
  const invocation = model.getInvocationModel({
    invocationId: `invocation-${id}`,
    metadata,
    request: { inputData: [{ name: Object.keys(metadata.bindings)[0], data: { http } }], triggerMetadata: {} },
    log: (_level, _category, text) => logs.push(text),
  });
  try {
    const { context, inputs } = await invocation.getArguments();
    const result = await invocation.invokeFunction(context, inputs, callback);
    const response = await invocation.getResponse(context, result);
    const { http: answered } = response.returnValue;
    const body = Buffer.from(answered.body?.bytes ?? answered.body?.string ?? "").toString("utf8");
    process.send({ id, status: Number(answered.statusCode), body, logs });
  } catch (error) {
    process.send({ id, crashed: String(error?.stack), logs });
  }
});
process.send({ registered: [...functions.values()].map(({ metadata }) => metadata) });
