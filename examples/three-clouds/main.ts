import { App } from "cdktf";
import { support } from "../policy";
import { SupportOnAws, SupportOnAzure, SupportOnGoogle } from "./three-clouds";

const app = new App();
new SupportOnAws(app, "support-aws", support);
new SupportOnGoogle(app, "support-google", support);
new SupportOnAzure(app, "support-azure", support);
app.synth();
