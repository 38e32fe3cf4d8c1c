import { adding, all, NUMBER, PERIMETER, ref, runCases, setting, without } from "./contained-stack";

describe("service perimeters", () => {
  const MEMBER = "google_access_context_manager_service_perimeter_dry_run_resource.project";
  const LEVEL = "accessPolicies/123456789012/accessLevels/deployers";
  const spec = {
    restricted_services: ["storage.googleapis.com"],
    vpc_accessible_services: { enable_restriction: true, allowed_services: ["RESTRICTED-SERVICES"] },
  };
  const enforced = (values = {}) =>
    all(
      without(MEMBER),
      setting(PERIMETER, "spec", undefined),
      setting(PERIMETER, "use_explicit_dry_run_spec", undefined),
      setting(PERIMETER, "status", { ...spec, ...values }),
    );
  const INGRESS = "google_access_context_manager_service_perimeter_ingress_policy.deployers";
  const EGRESS = "google_access_context_manager_service_perimeter_dry_run_egress_policy.out";
  const ingress = (values = {}) =>
    adding(INGRESS, {
      perimeter: ref(PERIMETER, "name"),
      ingress_from: { identities: ["user:a@example.com"], sources: [{ access_level: "*" }] },
      ...values,
    });
  runCases([
    {
      name: "a dry run is announced",
      change: setting(PERIMETER, "use_explicit_dry_run_spec", undefined),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: it has a spec, and use_explicit_dry_run_spec is absent, so Google refuses or ignores it; set use_explicit_dry_run_spec to true",
      ],
    },
    {
      name: "an announced dry run has a spec",
      change: all(without(MEMBER), setting(PERIMETER, "spec", undefined)),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: it announces a dry run and has no spec; add a spec, or leave use_explicit_dry_run_spec out",
      ],
    },
    {
      name: "a perimeter restricts services",
      change: setting(PERIMETER, "spec.restricted_services", []),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: spec restricts no service; name the services in restricted_services",
      ],
    },
    {
      name: "clients inside reach nothing else",
      change: setting(PERIMETER, "spec.vpc_accessible_services", undefined),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: spec has no vpc_accessible_services, so clients inside reach APIs that no perimeter protects; set enable_restriction to true and allowed_services to RESTRICTED-SERVICES",
      ],
    },
    {
      name: "an empty restriction is none",
      change: setting(PERIMETER, "spec.vpc_accessible_services.enable_restriction", false),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: spec has no vpc_accessible_services, so clients inside reach APIs that no perimeter protects; set enable_restriction to true and allowed_services to RESTRICTED-SERVICES",
      ],
    },
    {
      name: "nobody is shut out at once",
      change: enforced(),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: it is enforced without an access level or an ingress rule, so whoever deploys is shut out; begin with spec and use_explicit_dry_run_spec, and add the deployer's access level before status",
      ],
    },
    { name: "with an access level it may be enforced", change: enforced({ access_levels: [LEVEL] }), expected: [] },
    { name: "with an ingress rule too", change: all(enforced(), ingress()), expected: [] },
    {
      name: "a bridge is not looked into",
      change: all(
        without(MEMBER),
        setting(PERIMETER, "perimeter_type", "PERIMETER_TYPE_BRIDGE"),
        setting(PERIMETER, "spec", {}),
      ),
      expected: [],
    },
    {
      name: "a member is a project's number",
      change: setting(MEMBER, "resource", "projects/acme-agents"),
      expected: [
        'CORDON-246: google_access_context_manager_service_perimeter_dry_run_resource.project: Google refuses "projects/acme-agents" as a member; write projects/<number> or //compute.googleapis.com/projects/<id>/global/networks/<name>',
      ],
    },
    {
      name: "also within the perimeter",
      change: setting(PERIMETER, "spec.resources", ["123456789012"]),
      expected: [
        'CORDON-246: google_access_context_manager_service_perimeter.cell: Google refuses "123456789012" as a member; write projects/<number> or //compute.googleapis.com/projects/<id>/global/networks/<name>',
      ],
    },
    {
      name: "a network has its full name",
      change: setting(MEMBER, "resource", "projects/p/global/networks/n"),
      expected: [
        'CORDON-246: google_access_context_manager_service_perimeter_dry_run_resource.project: Google refuses "projects/p/global/networks/n" as a member; write projects/<number> or //compute.googleapis.com/projects/<id>/global/networks/<name>',
      ],
    },
    {
      name: "with it, it passes",
      change: setting(MEMBER, "resource", "//compute.googleapis.com/projects/p/global/networks/n"),
      expected: [],
    },
    {
      name: "members have one owner",
      change: setting(PERIMETER, "lifecycle", undefined),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: Terraform removes google_access_context_manager_service_perimeter_dry_run_resource.project at every other apply, because the perimeter owns its members too; add spec[0].resources to lifecycle.ignore_changes",
      ],
    },
    {
      name: "members of the other part are not meant",
      change: setting(PERIMETER, "lifecycle", { ignore_changes: ["status[0].resources"] }),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter.cell: Terraform removes google_access_context_manager_service_perimeter_dry_run_resource.project at every other apply, because the perimeter owns its members too; add spec[0].resources to lifecycle.ignore_changes",
      ],
    },
    {
      name: "a rule waits for members",
      change: adding(EGRESS, { perimeter: ref(PERIMETER, "name") }),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter_dry_run_egress_policy.out: it does not wait for google_access_context_manager_service_perimeter_dry_run_resource.project, and Google refuses a rule for what is not in the perimeter; add google_access_context_manager_service_perimeter_dry_run_resource.project to its depends_on",
        "CORDON-247: google_access_context_manager_service_perimeter_dry_run_resource.project: it is written at the same time as google_access_context_manager_service_perimeter_dry_run_egress_policy.out, and Google refuses two writes to one perimeter at once; let each depend on the one before",
      ],
    },
    {
      name: "where it waits, it passes",
      change: adding(EGRESS, { perimeter: ref(PERIMETER, "name"), depends_on: [MEMBER] }),
      expected: [],
    },
    {
      name: "no rule lets anybody out to anybody",
      change: adding(EGRESS, {
        perimeter: ref(PERIMETER, "name"),
        depends_on: [MEMBER],
        egress_from: { identity_type: "ANY_IDENTITY" },
        egress_to: { resources: ["*"] },
      }),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter_dry_run_egress_policy.out: it lets any identity reach resources of anybody; name identities, and where they may go or come from",
      ],
    },
    {
      name: "nor in from anywhere",
      change: all(
        enforced({ access_levels: [LEVEL] }),
        ingress({ ingress_from: { identity_type: "ANY_IDENTITY", sources: [{ access_level: "*" }] } }),
      ),
      expected: [
        "CORDON-246: google_access_context_manager_service_perimeter_ingress_policy.deployers: it lets any identity in from anywhere; name identities, and where they may go or come from",
      ],
    },
    {
      name: "parts of a perimeter are written one after the other",
      change: all(
        enforced({ access_levels: [LEVEL] }),
        setting(PERIMETER, "lifecycle", { ignore_changes: ["status[0].resources"] }),
        ...["a", "b"].map((name) =>
          adding(`google_access_context_manager_service_perimeter_resource.${name}`, {
            perimeter_name: ref(PERIMETER, "name"),
            resource: NUMBER,
          }),
        ),
      ),
      expected: [
        "CORDON-247: google_access_context_manager_service_perimeter_resource.b: it is written at the same time as google_access_context_manager_service_perimeter_resource.a, and Google refuses two writes to one perimeter at once; let each depend on the one before",
      ],
    },
  ]);
});

describe("organisation policies", () => {
  const policy = (name: string, values = {}) =>
    adding(`google_org_policy_policy.${name}`, {
      name: `projects/p/policies/${name}`,
      parent: "projects/p",
      ...values,
    });
  runCases([
    {
      name: "they are written one after the other",
      change: all(policy("a"), policy("b"), policy("c", { depends_on: ["google_org_policy_policy.b"] })),
      expected: [
        "CORDON-247: google_org_policy_policy.b: it is written at the same time as google_org_policy_policy.a, and Google refuses two writes to the organisation policies of one resource at once; let each depend on the one before",
      ],
    },
    {
      name: "in a chain they pass",
      change: all(
        policy("a"),
        policy("b", { depends_on: ["google_org_policy_policy.a"] }),
        policy("c", { depends_on: ["google_org_policy_policy.b"] }),
      ),
      expected: [],
    },
    {
      name: "policies of two projects may be written at once",
      change: all(policy("a"), policy("b", { parent: "projects/q" })),
      expected: [],
    },
  ]);
});
