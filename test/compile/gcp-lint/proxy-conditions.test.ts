import { ACCOUNT, ALLOW, all, POLICY, ref, runCases, setting, without } from "./contained-stack";

const READ = "google_network_security_gateway_security_policy_rule.read";
const LIST = "google_network_security_url_lists.allow";
const WHO = `source.matchServiceAccount('${ref(ACCOUNT, "email")}')`;
const session = (text: string, rule = ALLOW) => setting(rule, "session_matcher", text);
const application = (text: string) => setting(READ, "application_matcher", text);

describe("the text of a condition", () => {
  const wider = (text: string) => `${WHO} && host() == '${text}' && destination.port == 443`;
  runCases([
    {
      name: "a variable may bring operators",
      change: session(wider("${var.host}")),
      expected: [
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher takes "${var.host}", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
      ],
    },
    {
      name: "so may a local, a directive, and a name that a user chose",
      change: session(
        `${wider("${local.host}")} && source.matchTag('\${google_tags_tag_value.x.short_name}') && %{ if true }x%{ endif }`,
      ),
      expected: [
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher takes "${google_tags_tag_value.x.short_name}", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher takes "${local.host}", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher takes "%{ endif }", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher takes "%{ if true }", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
      ],
    },
    {
      name: "ids and addresses may not",
      change: session(
        `${WHO} && inUrlList(host(), '${ref(LIST)}') && inIpRange(source.ip, '${ref("google_compute_subnetwork.coder", "ip_cidr_range")}') && destination.port == 443`,
      ),
      expected: [],
    },
    {
      name: "a literal that is closed by its text is seen",
      change: session(wider("a' || 'b' == 'b")),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the agent, so the tunnel it opens is wider than the allow list; join it with && to source.matchServiceAccount, source.matchTag, or inIpRange of source.ip",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the port, so the tunnel it opens is wider than the allow list; join it with && to destination.port == 443",
      ],
    },
    {
      name: "an escaped quote stays in its literal, and is no host",
      change: session(wider("a\\' || true || \\'")),
      expected: [
        "CORDON-224: google_network_security_gateway_security_policy_rule.allow: its session_matcher holds without the host, so the tunnel it opens is wider than the allow list; join it with && to host() == '<name>' or inUrlList(host(), '<list>')",
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher compares the host with \"a\\\\' || true || \\\\'\", which no request carries; write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list",
      ],
    },
    {
      name: "a literal is closed",
      change: session(`${WHO} && host() == 'api.example.com && destination.port == 443`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google can't read session_matcher as it is meant: a literal is not closed; escape quotes and backslashes of what is put into it",
      ],
    },
    {
      name: "a comment hides the rest",
      change: session(`${WHO} && host() == 'api.example.com' // && destination.port == 443`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google can't read session_matcher as it is meant: a comment hides what follows it; escape quotes and backslashes of what is put into it",
      ],
    },
    {
      name: "a choice does not have to hold",
      change: session(`${WHO} && host() == 'api.example.com' && destination.port == 443 ? true : true`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google can't read session_matcher as it is meant: a choice (? :) is not a condition that has to hold; escape quotes and backslashes of what is put into it",
      ],
    },
    {
      name: "parentheses are in pairs",
      change: session(`${WHO} && (host() == 'api.example.com' && destination.port == 443`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google can't read session_matcher as it is meant: a parenthesis is not closed; escape quotes and backslashes of what is put into it",
      ],
    },
    {
      name: "also the other way",
      change: session(`${WHO} && host() == 'api.example.com') && destination.port == 443`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google can't read session_matcher as it is meant: a parenthesis is not opened; escape quotes and backslashes of what is put into it",
      ],
    },
    {
      name: "a session has no request",
      change: session(`${WHO} && host() == 'api.example.com' && destination.port == 443 && request.method == 'GET'`),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.allow: Google refuses \"request.method == 'GET'\" in session_matcher: a session has no request yet; move it to application_matcher",
      ],
    },
    {
      name: "a literal may speak of one",
      change: session(`${WHO} && host() == 'request.example.com' && destination.port == 443`),
      expected: [],
    },
    {
      name: "a host has no upper case",
      change: session(wider("API.example.com")),
      expected: [
        'CORDON-225: google_network_security_gateway_security_policy_rule.allow: session_matcher compares the host with "API.example.com", which no request carries; write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list',
      ],
    },
    {
      name: "nor a scheme, nor a wildcard",
      change: application("request.host == 'https://git.example.com' || request.host == '*.example.com'"),
      expected: [
        'CORDON-225: google_network_security_gateway_security_policy_rule.read: application_matcher compares the host with "*.example.com", which no request carries; write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list',
        'CORDON-225: google_network_security_gateway_security_policy_rule.read: application_matcher compares the host with "https://git.example.com", which no request carries; write the name in lower case and ASCII, without a scheme, a wildcard or a dot at the end; wildcards go into a URL list',
      ],
    },
    {
      name: "application conditions are read too",
      change: application("request.host == '${var.host}' && (true"),
      expected: [
        "CORDON-225: google_network_security_gateway_security_policy_rule.read: Google can't read application_matcher as it is meant: a parenthesis is not closed; escape quotes and backslashes of what is put into it",
        'CORDON-225: google_network_security_gateway_security_policy_rule.read: application_matcher takes "${var.host}", whose text only apply knows and which may bring its own quotes and operators; write the text out, or refer to the id or the e-mail of a resource',
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: its application_matcher holds without request.host, so a request for another host in the same tunnel passes; join it with && to a comparison of request.host",
      ],
    },
  ]);
});

describe("TLS inspection", () => {
  const INSPECTION = "google_network_security_tls_inspection_policy.inspection";
  runCases([
    {
      name: "who judges requests looks into TLS",
      change: setting(READ, "tls_inspection_enabled", undefined),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: application_matcher judges requests, and tls_inspection_enabled is absent: TLS hides them; set tls_inspection_enabled to true, or leave application_matcher out",
      ],
    },
    {
      name: "a switch that only apply knows is off",
      change: setting(READ, "tls_inspection_enabled", "${var.inspect}"),
      expected: [
        'CORDON-226: google_network_security_gateway_security_policy_rule.read: application_matcher judges requests, and tls_inspection_enabled is "${var.inspect}" (unknown until apply): TLS hides them; set tls_inspection_enabled to true, or leave application_matcher out',
      ],
    },
    {
      name: "there is nothing to look into without TLS",
      change: all(
        setting(READ, "tls_inspection_enabled", undefined),
        session(`${WHO} && host() == 'git.example.com' && destination.port == 80`, READ),
      ),
      expected: [],
    },
    {
      name: "a rule that inspects needs a policy that can",
      change: setting(POLICY, "tls_inspection_policy", undefined),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: google_network_security_gateway_security_policy.proxy has no tls_inspection_policy, and Google refuses a rule that inspects; give the policy a tls_inspection_policy",
      ],
    },
    {
      name: "the host inside is compared",
      change: application("request.method == 'GET'"),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: its application_matcher holds without request.host, so a request for another host in the same tunnel passes; join it with && to a comparison of request.host",
      ],
    },
    {
      name: "the host inside is compared in each case",
      change: application("request.host == 'git.example.com' || request.method == 'GET'"),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: its application_matcher holds without request.host, so a request for another host in the same tunnel passes; join it with && to a comparison of request.host",
      ],
    },
    {
      name: "without a condition nothing is",
      change: setting(READ, "application_matcher", undefined),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: its application_matcher holds without request.host, so a request for another host in the same tunnel passes; join it with && to a comparison of request.host",
      ],
    },
    {
      name: "a list of hosts holds it",
      change: application(`inUrlList(request.host, '${ref(LIST)}')`),
      expected: [],
    },
    {
      name: "a list of addresses is asked about the host of the tunnel, not about the one inside",
      change: application(`inUrlList(request.url(), '${ref(LIST)}')`),
      expected: [
        "CORDON-226: google_network_security_gateway_security_policy_rule.read: its application_matcher holds without request.host, so a request for another host in the same tunnel passes; join it with && to a comparison of request.host",
      ],
    },
    {
      name: "a denial need not compare it",
      change: all(setting(READ, "basic_profile", "DENY"), application("request.method == 'PUT'")),
      expected: [],
    },
    {
      name: "public authorities stay trusted",
      change: setting(INSPECTION, "exclude_public_ca_set", true),
      expected: [
        "CORDON-226: google_network_security_tls_inspection_policy.inspection: exclude_public_ca_set is true, so the proxy trusts no site of the internet; set it to false",
      ],
    },
    {
      name: "what the proxy does not read is not promised",
      change: all(
        setting(INSPECTION, "min_tls_version", "TLS_1_3"),
        setting(INSPECTION, "tls_feature_profile", "PROFILE_UNSPECIFIED"),
      ),
      expected: [
        'CORDON-226: google_network_security_tls_inspection_policy.inspection: Secure Web Proxy does not read min_tls_version, so "TLS_1_3" promises what does not hold; remove min_tls_version',
      ],
    },
  ]);
});

describe("URL lists", () => {
  const entry = (value: unknown) => setting(LIST, "values.0", value);
  runCases([
    {
      name: "an entry has no scheme",
      change: entry("https://api.example.com"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "https://api.example.com" has a scheme, and Google refuses it; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "an entry has a dot",
      change: entry("localhost"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "localhost" has no dot, and Google refuses it; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "everything is no entry",
      change: entry("*"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "*" passes every name of a top-level domain, or of all; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "a top-level domain is no entry",
      change: entry("*.com"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "*.com" passes every name of a top-level domain, or of all; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "a host is in lower case",
      change: entry("API.example.com"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "API.example.com" has upper case in its host, which no request carries; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    { name: "a path may be in upper case", change: entry("api.example.com/V1/*"), expected: [] },
    {
      name: "a name is in ASCII",
      change: entry("bücher.example"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "bücher.example" holds a blank or a letter outside of ASCII, which no request carries; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    { name: "punycode passes", change: entry("xn--bcher-kva.example"), expected: [] },
    {
      name: "a list knows no ports",
      change: entry("api.example.com:443"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "api.example.com:443" has a port, and lists know none; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "a wildcard stands in front",
      change: entry("api.*.example.com"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "api.*.example.com" is not a host name, or has its wildcard elsewhere than in front; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    { name: "a domain with its subdomains passes", change: entry("*example.com"), expected: [] },
    {
      name: "an entry has no query",
      change: entry("api.example.com/v1?key"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "api.example.com/v1?key" has a query, and lists compare paths; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "a path ends in its wildcard",
      change: entry("api.example.com/*/admin"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "api.example.com/*/admin" has a wildcard in the middle of its path; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "an entry that only apply knows passes nobody knows what",
      change: entry("${var.host}"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "${var.host}" is known at apply only, so nothing shows what it passes; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "an entry is text",
      change: entry(5),
      expected: [
        "CORDON-227: google_network_security_url_lists.allow: entry 5 is not text; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*",
      ],
    },
    {
      name: "a list has an entry",
      change: setting(LIST, "values", []),
      expected: [
        "CORDON-227: google_network_security_url_lists.allow: Google refuses a list without an entry; remove the list and what refers to it",
      ],
    },
    {
      name: "a list that only apply knows is one unknown entry",
      change: setting(LIST, "values", "${var.hosts}"),
      expected: [
        'CORDON-227: google_network_security_url_lists.allow: entry "${var.hosts}" is known at apply only, so nothing shows what it passes; write a host in lower case and ASCII, e.g. api.example.com, *.example.com or api.example.com/v1/*',
      ],
    },
    {
      name: "a stack without lists passes",
      change: all(without(LIST), session(`${WHO} && host() == 'api.example.com' && destination.port == 443`)),
      expected: [],
    },
  ]);
});
