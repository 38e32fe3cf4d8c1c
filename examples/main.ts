import { App } from "cdktf";
import { AgentsAws } from "./aws/agents-aws";
import { AgentsAwsSealed } from "./aws-sealed/agents-aws-sealed";
import { AgentsAzure } from "./azure/agents-azure";
import { AgentsAzureSealed } from "./azure-sealed/agents-azure-sealed";
import { AgentsGcp } from "./gcp/agents-gcp";
import { AgentsGcpSealed } from "./gcp-sealed/agents-gcp-sealed";

const app = new App();
new AgentsAws(app, "agents-aws");
new AgentsAwsSealed(app, "agents-aws-sealed");
new AgentsAzure(app, "agents-azure");
new AgentsAzureSealed(app, "agents-azure-sealed");
new AgentsGcp(app, "agents-gcp");
new AgentsGcpSealed(app, "agents-gcp-sealed");
app.synth();
