/** Unit, property, snapshot and example tests. Runs against real engines are in jest.engines.config.js. */
module.exports = {
  testEnvironment: "node",
  // Jest leaves one core to itself, which is half of a small machine.
  maxWorkers: 2,
  // Some tests start processes and emulators; a busy machine is slow to.
  testTimeout: 60_000,
  // What the package ships prebuilt is tested as it is shipped.
  globalSetup: "<rootDir>/test/support/build-functions.js",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/conformance/"],
  transform: {
    "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }],
    // Published as modules alone, which jest does not load as they are.
    "/node_modules/(@marcbachmann/cel-js|jose)/.+\\.js$": [
      "@swc/jest",
      { jsc: { target: "es2022" }, module: { type: "commonjs" } },
    ],
  },
  transformIgnorePatterns: ["/node_modules/(?!(@marcbachmann/cel-js|jose)/)"],
  // The examples import the package by its name, as a user does; here the name means the sources.
  moduleNameMapper: {
    "^cdktf-cordon$": "<rootDir>/lib/index.ts",
    "^cdktf-cordon/aws$": "<rootDir>/constructs/aws/index.ts",
    "^cdktf-cordon/gcp$": "<rootDir>/constructs/gcp/index.ts",
    "^cdktf-cordon/azure$": "<rootDir>/constructs/azure/index.ts",
    "^cdktf-cordon/testing$": "<rootDir>/lib/topology/index.ts",
  },
};
