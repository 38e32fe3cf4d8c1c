/** Unit, property, snapshot and example tests. Runs against real engines are in jest.engines.config.js. */
module.exports = {
  testEnvironment: "node",
  roots: ["<rootDir>/test"],
  testMatch: ["**/*.test.ts"],
  testPathIgnorePatterns: ["/node_modules/", "<rootDir>/test/conformance/"],
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  // The examples import the package by its name, as a user does; here the name means the sources.
  moduleNameMapper: {
    "^cdktf-cordon$": "<rootDir>/lib/index.ts",
    "^cdktf-cordon/aws$": "<rootDir>/constructs/aws/index.ts",
    "^cdktf-cordon/testing$": "<rootDir>/lib/topology/index.ts",
  },
};
