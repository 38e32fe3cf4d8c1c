import { sharedBelow } from "../../../lib/names/shared-tenancy";
import {
  adding,
  all,
  application,
  network,
  POLICY,
  ref,
  runCases,
  SOURCE,
  setting,
  USER,
  type Values,
} from "./contained-stack";

const at = (code: string, text: string): string => `${code}: ${USER}: rule 'mine' of collection 'mine' ${text}`;
const to = (...names: unknown[]) => application({ destination_fqdns: names });
const B8 = (text: string): string => at("CORDON-267", `passes every name: ${text}; write the names out`);
const B9 = (text: string, why: string): string =>
  at(
    "CORDON-268",
    `passes ${text}, and ${why}; name the exact hosts, or list it in the agent's policy with a reason and sharedTenancy`,
  );
const B10 = (text: string, which = "which"): string =>
  at(
    "CORDON-269",
    `passes ${text}, ${which} serves every tenant of Azure; list it in the agent's policy, or restrict tenants: http_headers with Restrict-Access-To-Tenants and terminate_tls`,
  );
const form = (text: string): string => at("CORDON-275", text);
const HOST = "write a host such as api.example.com or *.example.com, without scheme or port";
const watched = { monitored: [SOURCE] };
const premium = setting(POLICY, "sku", "Premium");
const urls = (...destination_urls: unknown[]) => all(premium, application({ destination_urls }));

describe("rules for every name", () => {
  runCases([
    { name: "pass none", change: to("*"), expected: [B8("*")] },
    { name: "in a URL neither", change: urls("*/v1/*"), expected: [B8("*/v1/*")] },
    {
      name: "nor what only apply knows",
      change: to("${var.host}"),
      expected: [B8('"${var.host}" (unknown until apply)')],
    },
    {
      name: "nor a list that only apply knows",
      change: application({ destination_fqdns: "${var.hosts}" }),
      expected: [B8('"${var.hosts}" (unknown until apply)')],
    },
    {
      name: "nor what is looked up elsewhere",
      change: to(ref("data.azurerm_storage_account.x", "primary_blob_host")),
      expected: [B8('"${data.azurerm_storage_account.x.primary_blob_host}" (unknown until apply)')],
    },
    {
      name: "a name of the stack is one name",
      change: to(ref("azurerm_storage_account.x", "primary_blob_host")),
      expected: [],
    },
    { name: "a path may be known at apply", change: urls("api.example.com/${var.path}"), expected: [] },
    { name: "a watched agent has them all", change: to("*"), options: watched, expected: [] },
    { name: "all of them may be denied", change: application({ destination_fqdns: ["*"] }, "Deny"), expected: [] },
  ]);
});

/** Suffixes of Azure below which customers have names. */
const AZURE = [
  "blob.core.windows.net",
  "queue.core.windows.net",
  "table.core.windows.net",
  "file.core.windows.net",
  "dfs.core.windows.net",
  "servicebus.windows.net",
  "azurewebsites.net",
  "azurecontainerapps.io",
  "azurefd.net",
  "vault.azure.net",
  "openai.azure.com",
  "documents.azure.com",
  "azurecr.io",
  "trafficmanager.net",
  "cloudapp.azure.com",
];

describe("names that strangers have", () => {
  runCases([
    ...AZURE.map((suffix) => ({
      name: `*.${suffix} is everybody's`,
      change: to(`*.${suffix}`),
      expected: [B9(`*.${suffix}`, sharedBelow(suffix) ?? "not shared")],
    })),
    ...AZURE.map((suffix) => ({ name: `acme.${suffix} is one name`, change: to(`acme.${suffix}`), expected: [] })),
    {
      name: "in whichever case, and with a dot at its end",
      change: to("*.BLOB.core.windows.net."),
      expected: [B9("*.BLOB.core.windows.net.", "blob.core.windows.net is a public suffix")],
    },
    {
      name: "in a URL too",
      change: urls("*.azurewebsites.net/api/*"),
      expected: [B9("*.azurewebsites.net/api/*", "azurewebsites.net is a public suffix")],
    },
    {
      name: "a suffix of the registries",
      change: to("*.com"),
      expected: [B9("*.com", "com is a public suffix"), B10("*.com", "and graph.microsoft.com")],
    },
    {
      name: "raw files of a code host",
      change: to("raw.githubusercontent.com"),
      expected: [B9("raw.githubusercontent.com", "anybody can put files there")],
    },
    {
      name: "what a policy lists the policy has answered for",
      change: to("*.githubusercontent.com", "Raw.githubusercontent.com"),
      options: { listed: ["*.githubusercontent.com", "raw.githubusercontent.com"] },
      expected: [],
    },
    {
      name: "a listed name is not the wildcard above it",
      change: to("*.githubusercontent.com"),
      options: { listed: ["raw.githubusercontent.com"] },
      expected: [B9("*.githubusercontent.com", "githubusercontent.com is a public suffix")],
    },
    { name: "one owner's names are not", change: to("*.contoso.com", "github.com"), expected: [] },
    { name: "a watched agent has them", change: to("*.azurewebsites.net"), options: watched, expected: [] },
    {
      name: "they may be denied",
      change: application({ destination_fqdns: ["*.azurewebsites.net"] }, "Deny"),
      expected: [],
    },
    {
      name: "a classic rule passes none",
      change: adding("azurerm_firewall_application_rule_collection.mine", {
        name: "mine",
        action: "Allow",
        rule: [{ name: "r", source_addresses: [SOURCE], target_fqdns: ["*.azurewebsites.net"] }],
      }),
      expected: [
        B9("*.azurewebsites.net", "azurewebsites.net is a public suffix")
          .replace(USER, "azurerm_firewall_application_rule_collection.mine")
          .replace("'mine'", "'r'"),
      ],
    },
  ]);
});

describe("names of every tenant", () => {
  const restricted = (rest: Values = {}) =>
    all(
      premium,
      application({
        destination_fqdns: ["login.microsoftonline.com"],
        terminate_tls: true,
        http_headers: [{ name: "Restrict-Access-To-Tenants", value: "contoso.com" }],
        ...rest,
      }),
    );
  runCases([
    ...["management.azure.com", "graph.microsoft.com", "login.microsoftonline.com", "LOGIN.windows.net"].map(
      (host) => ({
        name: `${host} is every tenant's`,
        change: to(host),
        expected: [B10(host)],
      }),
    ),
    {
      name: "a wildcard above one too",
      change: to("*.microsoftonline.com"),
      expected: [B10("*.microsoftonline.com", "and login.microsoftonline.com")],
    },
    {
      name: "and by address",
      change: all(
        network({
          destination_addresses: undefined,
          destination_fqdns: ["graph.microsoft.com"],
          destination_ports: [8443],
        }),
      ),
      expected: [B10("graph.microsoft.com")],
    },
    {
      name: "a policy may list one, which the report says",
      change: to("login.microsoftonline.com"),
      options: { listed: ["login.microsoftonline.com"] },
      expected: [],
    },
    { name: "restricted to one's own it is one's own", change: restricted(), expected: [] },
    {
      name: "the other header does as well",
      change: restricted({ http_headers: { name: "sec-Restrict-Tenant-Access-Policy", value: "${var.policy}" } }),
      expected: [],
    },
    {
      name: "not without looking into TLS",
      change: restricted({ terminate_tls: false }),
      expected: [B10("login.microsoftonline.com")],
    },
    {
      name: "not by another header",
      change: restricted({ http_headers: [{ name: "X-Tenant", value: "contoso.com" }] }),
      expected: [B10("login.microsoftonline.com")],
    },
    { name: "names below one are not it", change: to("x.login.microsoftonline.com"), expected: [] },
    { name: "a watched agent has them", change: to("management.azure.com"), options: watched, expected: [] },
  ]);
});

describe("lists of nothing", () => {
  const empty = (text: string): string => at("CORDON-270", text);
  runCases([
    {
      name: "a rule names a destination",
      change: application({}),
      expected: [empty("names no destination, and Azure refuses the whole group; name a destination, or remove it")],
    },
    {
      name: "an empty list is none",
      change: to(),
      expected: [empty("names no destination, and Azure refuses the whole group; name a destination, or remove it")],
    },
    {
      name: "of URLs neither",
      change: urls(),
      expected: [empty("names no destination, and Azure refuses the whole group; name a destination, or remove it")],
    },
    {
      name: "of addresses neither, in what is denied too",
      change: network({ destination_addresses: [] }, "Deny"),
      expected: [empty("names no destination, and Azure refuses the whole group; name a destination, or remove it")],
    },
    {
      name: "a rule names a source",
      change: network({ source_addresses: null }),
      expected: [empty("names no source, and Azure refuses the whole group; name a source, or remove it")],
    },
    {
      name: "an empty list beside another is refused as well",
      change: network({ source_ip_groups: [] }),
      expected: [
        empty(
          "has an empty source_ip_groups, and Azure refuses the whole group; leave the list out, and blank entries too",
        ),
      ],
    },
    {
      name: "a blank entry too",
      change: to("api.example.com", ""),
      expected: [
        empty(
          "has an empty destination_fqdns, and Azure refuses the whole group; leave the list out, and blank entries too",
        ),
      ],
    },
    {
      name: "tags and categories are destinations",
      change: application({ destination_fqdn_tags: ["WindowsUpdate"] }),
      expected: [],
    },
    { name: "a list that only apply knows is not empty", change: network({ source_ip_groups: null }), expected: [] },
  ]);
});

describe("the form of names", () => {
  runCases([
    {
      name: "a wildcard stands for whole labels",
      change: to("*contoso.com"),
      expected: [
        form(
          'names "*contoso.com", which passes every name that ends so, strangers\' too; write *.contoso.com for the names below it',
        ),
      ],
    },
    {
      name: "but for what is denied",
      change: application({ destination_fqdns: ["*contoso.com"] }, "Deny"),
      expected: [],
    },
    ...["www.*.com", "contoso.*", "https://contoso.com", "contoso.com:443", "contoso.com/v1", "a b.com", "*.*.com"].map(
      (text) => ({
        name: `${text} is no name`,
        change: to(text),
        expected: [form(`names "${text}", of which Azure Firewall reads no name; ${HOST}`)],
      }),
    ),
    {
      name: "network rules take no wildcard",
      change: network({ destination_addresses: null, destination_fqdns: ["*.contoso.com"] }),
      expected: [
        form('names "*.contoso.com", and network rules take no wildcard; use an application rule, or the exact name'),
      ],
    },
    {
      name: "and no port in a name",
      change: network({ destination_addresses: null, destination_fqdns: ["db.contoso.com:5432"] }),
      expected: [form(`names "db.contoso.com:5432", of which Azure Firewall reads no name; ${HOST}`)],
    },
    {
      name: "a URL has no query",
      change: urls("api.example.com/v1?key=*"),
      expected: [
        form('names "api.example.com/v1?key=*", and Azure Firewall takes no query; leave out what follows the path'),
      ],
    },
    {
      name: "and * at its right end alone",
      change: urls("api.example.com/*/admin"),
      expected: [
        form(
          'names "api.example.com/*/admin", and a URL has * at its right end alone; write the path up to the first *',
        ),
      ],
    },
    {
      name: "and begins with a name",
      change: urls("https://api.example.com/v1"),
      expected: [form(`names "https://api.example.com/v1", which does not begin with a name; ${HOST}`)],
    },
    {
      name: "names and URLs in their form are taken",
      change: all(
        premium,
        application({ destination_urls: ["api.example.com", "*.example.com/v1/*", "*.example.com/*"] }),
      ),
      expected: [],
    },
  ]);
});
