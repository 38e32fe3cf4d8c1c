const { execFileSync } = require("node:child_process");
const { join } = require("node:path");

/** Builds what the package ships prebuilt, so that tests run the shipped files and not their sources. */
module.exports = () => {
  execFileSync(process.execPath, [join(__dirname, "../../scripts/build-functions.mjs")], {
    stdio: ["ignore", "ignore", "inherit"],
  });
};
