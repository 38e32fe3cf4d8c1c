import { hasEntropy, isRandom } from "../checks/randomness";
import { base64Bytes, isBase64Of } from "../checks/structure";
import type { SecretRule } from "../detector";
import { b62, b64, rule } from "./pattern";

/** Microsoft publishes where its keys bear their mark, and how long they are. */
const MARKED = "https://github.com/microsoft/security-utilities";
const STORAGE = "https://learn.microsoft.com/en-us/azure/storage/common/storage-configure-connection-string";
const SERVICE_BUS = "https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas";
const SAS = "https://learn.microsoft.com/en-us/rest/api/storageservices/create-service-sas";
const ENTRA = "https://learn.microsoft.com/en-us/purview/sit-defn-azure-ad-client-secret";
const DEVOPS =
  "https://learn.microsoft.com/en-us/azure/devops/organizations/accounts/use-personal-access-tokens-to-authenticate";

/** A key with its mark in the middle: `head` characters, the mark, the rest. */
function marked(
  id: string,
  title: string,
  head: number,
  mark: string,
  rest: string,
  set = "[A-Za-z0-9+/]",
): SecretRule {
  const pattern = `${set}{${head}}${mark.replace("+", "\\+").replace("/", "\\/")}${rest}`;
  return rule(id, title, MARKED, pattern, { keywords: [mark], before: head, check: hasEntropy(3.5) });
}

const SHORT = "[A-P][A-Za-z0-9+/]{5}=";
const LONG = "[A-Za-z0-9+/]{5}[AQgw]==";

/** Microsoft Azure. */
export const MICROSOFT: readonly SecretRule[] = [
  rule("azure-storage-account-key", "Azure Storage account key", STORAGE, `AccountKey=(${b64(86)}==)`, {
    keywords: ["accountkey="],
    check: isBase64Of(64),
    ignoreCase: true,
    right: "none",
    // The account of the storage emulators, the same on every machine.
    examples: ["Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="],
  }),
  rule("azure-shared-access-key", "Azure shared access key", SERVICE_BUS, `SharedAccessKey=(${b64(43)}=)`, {
    keywords: ["sharedaccesskey="],
    check: isBase64Of(32),
    ignoreCase: true,
    right: "none",
  }),
  rule("azure-shared-access-signature", "Azure shared access signature", SAS, "sig=([A-Za-z0-9+/%]{43,120}(?:=|%3D))", {
    keywords: ["sig="],
    check: (secret) => {
      // Anything but a whole number of escapes is no signature.
      const text = /%(?![0-9A-Fa-f]{2})/.test(secret)
        ? ""
        : decodeURIComponent(secret.replace(/%(?!2B|2F|3D)/gi, "%25"));
      return base64Bytes(text)?.length === 32 && isRandom(text);
    },
    ignoreCase: true,
    right: "none",
  }),
  rule(
    "azure-entra-client-secret",
    "Microsoft Entra client secret",
    ENTRA,
    "[A-Za-z0-9_~.-]{3}[78]Q~[A-Za-z0-9_~.-]{31,34}",
    {
      keywords: ["7Q~", "8Q~"],
      before: 3,
      right: "token",
    },
  ),
  rule("azure-devops-token", "Azure DevOps personal access token", DEVOPS, `${b62(76)}AZDO${b62(4)}`, {
    keywords: ["AZDO"],
    before: 76,
  }),
  marked("azure-common-key", "Azure key in the common annotated form", 52, "JQQJ99", b62(26), "[A-Za-z0-9]"),
  marked("azure-storage-marked-key", "Azure Storage key", 76, "+ASt", LONG),
  marked("azure-cosmos-db-key", "Azure Cosmos DB key", 76, "ACDb", LONG),
  marked("azure-batch-key", "Azure Batch key", 76, "+ABa", LONG),
  marked("azure-api-management-key", "Azure API Management key", 76, "APIM", LONG),
  marked("azure-ml-classic-key", "Azure ML web service key", 76, "/AM7", LONG),
  marked("azure-service-bus-key", "Azure Service Bus key", 33, "+ASb", SHORT),
  marked("azure-event-hubs-key", "Azure Event Hubs key", 33, "+AEh", SHORT),
  marked("azure-relay-key", "Azure Relay key", 33, "+ARm", SHORT),
  marked("azure-iot-key", "Azure IoT key", 33, "AIoT", SHORT),
  marked("azure-redis-key", "Azure Cache for Redis key", 33, "AzCa", SHORT),
  marked("azure-search-key", "Azure AI Search key", 42, "AzSe", "[A-D][A-Za-z0-9+/]{5}"),
  marked("azure-container-registry-key", "Azure Container Registry key", 42, "+ACR", "[A-D][A-Za-z0-9+/]{5}"),
  marked("azure-functions-key", "Azure Functions key", 44, "AzFu", "[A-Za-z0-9_-]{5}[AQgw]==", "[A-Za-z0-9_-]"),
];
