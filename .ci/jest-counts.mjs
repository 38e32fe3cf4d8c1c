// Prints "PASSED FAILED" of a jest report. A suite that did not run counts as one failure, and so does a run that failed
// without a failed test or in which no test ran.
import { readFileSync } from "node:fs";

const [, , report, exitCode] = process.argv;
const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = JSON.parse(readFileSync(report, "utf8"));
const counted = numFailedTests + numRuntimeErrorTestSuites;
const unexplained = counted === 0 && (exitCode !== "0" || numPassedTests === 0) ? 1 : 0;
process.stdout.write(`${numPassedTests} ${counted + unexplained}\n`);
