/** Runs against real engines: Suricata, Terraform with the real providers, the API emulator. `npm run test:engines`. */
const base = require("./jest.config.js");

module.exports = {
  ...base,
  roots: ["<rootDir>/test/conformance"],
  testPathIgnorePatterns: ["/node_modules/"],
  testTimeout: 300_000,
};
