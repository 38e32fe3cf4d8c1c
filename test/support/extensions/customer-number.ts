import type { GatewayExtension } from "cdktf-cordon";
import { isCustomer } from "./customers";

export const detectors: GatewayExtension["detectors"] = [
  {
    id: "acme.customer-number",
    kind: "personal",
    title: "Customer number of Acme",
    pattern: "\\bACME-[0-9]{6}\\b",
    keyword: "acme-",
  },
];

export const onRequest: GatewayExtension["onRequest"] = ({ operation, body }) => {
  if (operation !== "POST /tickets") return undefined;
  const { customer } = JSON.parse(Buffer.from(body).toString("utf8")) as { customer?: string };
  return isCustomer(customer) ? undefined : { refuse: "The customer is not one of this desk." };
};
