/** Types that the reader takes into account. */
const MODELLED: readonly RegExp[] = [
  /^google_compute_(network|subnetwork|route|router|router_nat|address|global_address)$/,
  /^google_compute_(network_peering|network_peering_routes_config)$/,
  /^google_compute_(firewall|(region_)?network_firewall_policy(_with_rules|_rule|_association)?|firewall_policy(_with_rules|_rule|_association)?)$/,
  /^google_compute_(ha_vpn_gateway|vpn_gateway|vpn_tunnel|external_vpn_gateway|interconnect_attachment|router_peer|router_interface)$/,
  /^google_compute_(global_)?forwarding_rule$/,
  /^google_compute_(service_attachment|region_backend_service|backend_service|region_health_check|health_check|url_map|region_url_map)$/,
  /^google_compute_(region_)?(instance_group|instance_group_manager|network_endpoint_group|autoscaler|per_instance_config)$/,
  /^google_compute_(network_endpoint|network_endpoints|target_instance|target_pool|target_https?_proxy|region_target_https?_proxy|target_tcp_proxy|target_ssl_proxy)$/,
  /^google_network_connectivity_(policy_based_route|spoke|hub|regional_endpoint|internal_range)$/,
  /^google_network_services_(gateway|authz_extension)$/,
  /^google_network_security_(gateway_security_policy(_rule)?|url_lists|tls_inspection_policy|address_group|authz_policy)$/,
  /^google_dns_(managed_zone|record_set|policy|response_policy|response_policy_rule)$/,
  /^google_service_networking_connection$/,
  /^google_vpc_access_connector$/,
  /^google_access_context_manager_/,
  /^google_service_account(_key)?$/,
  /^google_tags_/,
  /^google_logging_/,
  /^google_.*_iam_(member|binding|policy|custom_role|audit_config)$/,
  /^google_iam_/,
];

/** Services and parts of them that carry no traffic of an agent's network, whatever they refer to. */
const INERT: readonly RegExp[] = [
  /^google_project(_service|_iam_.*)?$/,
  /^google_(storage|kms|secret_manager|bigquery|pubsub|artifact_registry|monitoring|cloud_scheduler|eventarc|privateca|certificate_manager)_/,
  /^google_compute_(disk|region_disk|image|snapshot|resource_policy|attached_disk|project_metadata|project_metadata_item|ssl_certificate|managed_ssl_certificate|ssl_policy|security_policy|reservation)/,
  /^google_compute_(disk_resource_policy_attachment|instance_iam_.*|subnetwork_iam_.*|resource_policy_attachment)$/,
  /^google_(os_login|os_config|essential_contacts|billing|org_policy|resource_manager|scc|security_center|model_armor|vertex_ai|firestore|dataplex|data_catalog|data_loss_prevention)_/,
  /^google_network_management_/,
  /^google_vertex_ai_/,
  /^google_(iap)_/,
  /^(random|time|archive|local|tls|http|null)_/,
];

/** Whether the reader knows what a type does to traffic: everything, or nothing. */
export const isKnownType = (type: string): boolean => [...MODELLED, ...INERT].some((form) => form.test(type));

/** Types whose own references belong to the agents' slice: what they stand on counts too. */
export const CARRIERS: readonly RegExp[] = [
  /^google_compute_(network|subnetwork|router)$/,
  /firewall_policy(_with_rules)?$/,
  /^google_network_services_gateway$/,
  /^google_network_security_(gateway_security_policy|url_lists|tls_inspection_policy|address_group)$/,
  /^google_dns_(managed_zone|policy|response_policy)$/,
  /^google_compute_(service_attachment)$/,
];
