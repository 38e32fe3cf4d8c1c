export { newBudget, type ScanBudget, type ScanLimits } from "./budget";
export { type CustomDetector, compileCustomDetector } from "./custom-detector";
export type { Detector, Finding } from "./detector";
export { DETECTORS, type ScanOptions, type ScanResult, scan } from "./scan";
export { StreamScanner, type StreamStep } from "./stream-scanner";
