export { decideApproval, GatewayRefusal, listApprovals } from "./local/approvals-client";
export { UnreadableRecording } from "./local/recorded";
export { replay } from "./local/replay";
export { runGateway } from "./local/run-gateway";
