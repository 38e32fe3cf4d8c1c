import { App } from "cdktf";
import { AgentsConnectors } from "./agents-connectors";

const app = new App();
new AgentsConnectors(app, "agents-connectors");
app.synth();
