import { App } from "cdktf";
import { AgentsAws } from "./aws/agents-aws";
import { AgentsAwsSealed } from "./aws-sealed/agents-aws-sealed";

const app = new App();
new AgentsAws(app, "agents-aws");
new AgentsAwsSealed(app, "agents-aws-sealed");
app.synth();
