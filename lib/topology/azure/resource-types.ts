/** Types that refer to a subnet and put no interface into it. */
export const NO_INTERFACE_TYPES: ReadonlySet<string> = new Set([
  "azurerm_subnet",
  "azurerm_virtual_network",
  "azurerm_subnet_network_security_group_association",
  "azurerm_subnet_route_table_association",
  "azurerm_subnet_nat_gateway_association",
  "azurerm_subnet_service_endpoint_storage_policy",
  "azurerm_network_security_group",
  "azurerm_route_table",
  "azurerm_network_watcher_flow_log",
  "azurerm_role_assignment",
  "azurerm_storage_account",
  "azurerm_storage_account_network_rules",
  "azurerm_key_vault",
  "azurerm_mssql_virtual_network_rule",
  "azurerm_postgresql_virtual_network_rule",
  "azurerm_servicebus_namespace_network_rule_set",
  "azurerm_private_link_service",
]);

/** Types that are part of the network, not of the workload. */
export const INFRASTRUCTURE_TYPES: ReadonlySet<string> = new Set([
  "azurerm_firewall",
  "azurerm_virtual_network_gateway",
  "azurerm_bastion_host",
  "azurerm_application_gateway",
  "azurerm_lb",
  "azurerm_nat_gateway",
  "azurerm_private_endpoint",
  "azurerm_private_dns_resolver_inbound_endpoint",
  "azurerm_private_dns_resolver_outbound_endpoint",
  "azurerm_route_server",
]);

/** Types that run somebody's code. */
export const COMPUTE_TYPES: ReadonlySet<string> = new Set([
  "azurerm_network_interface",
  "azurerm_linux_virtual_machine",
  "azurerm_windows_virtual_machine",
  "azurerm_virtual_machine",
  "azurerm_linux_virtual_machine_scale_set",
  "azurerm_windows_virtual_machine_scale_set",
  "azurerm_orchestrated_virtual_machine_scale_set",
  "azurerm_kubernetes_cluster",
  "azurerm_kubernetes_cluster_node_pool",
  "azurerm_container_group",
  "azurerm_container_app_environment",
  "azurerm_linux_function_app",
  "azurerm_windows_function_app",
  "azurerm_function_app_flex_consumption",
  "azurerm_linux_web_app",
  "azurerm_windows_web_app",
  "azurerm_logic_app_standard",
  "azurerm_app_service_virtual_network_swift_connection",
  "azurerm_batch_pool",
  "azurerm_cognitive_account",
]);

/** Types that run on another one's place. */
export const HOSTED_TYPES: ReadonlySet<string> = new Set([
  "azurerm_container_app",
  "azurerm_container_app_job",
  "azurerm_virtual_machine_extension",
  "azurerm_virtual_machine_data_disk_attachment",
]);

/** Types that the reader takes into account. */
export const MODELLED_TYPES: ReadonlySet<string> = new Set([
  ...NO_INTERFACE_TYPES,
  ...INFRASTRUCTURE_TYPES,
  ...HOSTED_TYPES,
  "azurerm_route",
  "azurerm_network_security_rule",
  "azurerm_application_security_group",
  "azurerm_network_interface_security_group_association",
  "azurerm_network_interface_application_security_group_association",
  "azurerm_network_interface_backend_address_pool_association",
  "azurerm_network_interface_nat_rule_association",
  "azurerm_lb_backend_address_pool",
  "azurerm_lb_backend_address_pool_address",
  "azurerm_lb_nat_rule",
  "azurerm_lb_outbound_rule",
  "azurerm_lb_rule",
  "azurerm_lb_probe",
  "azurerm_nat_gateway_public_ip_association",
  "azurerm_public_ip",
  "azurerm_virtual_network_peering",
  "azurerm_virtual_network_dns_servers",
  "azurerm_virtual_hub_connection",
  "azurerm_virtual_network_gateway_connection",
  "azurerm_firewall_policy",
  "azurerm_firewall_policy_rule_collection_group",
  "azurerm_firewall_application_rule_collection",
  "azurerm_firewall_network_rule_collection",
  "azurerm_firewall_nat_rule_collection",
  "azurerm_ip_group",
  "azurerm_ip_group_cidr",
  "azurerm_private_dns_zone",
  "azurerm_private_dns_zone_virtual_network_link",
  "azurerm_private_dns_a_record",
  "azurerm_user_assigned_identity",
  "azurerm_federated_identity_credential",
  "azurerm_role_definition",
  "azurerm_monitor_diagnostic_setting",
  "azurerm_log_analytics_workspace",
  "azurerm_log_analytics_saved_search",
  "azurerm_resource_group",
]);

/** Resources of Azure's own interface that the reader takes into account, by type without version. */
export const MODELLED_API_TYPES: ReadonlySet<string> = new Set([
  "microsoft.network/dnsresolverpolicies",
  "microsoft.network/dnsresolverpolicies/dnssecurityrules",
  "microsoft.network/dnsresolverpolicies/virtualnetworklinks",
  "microsoft.network/dnsresolverdomainlists",
  "microsoft.network/networksecurityperimeters",
  "microsoft.network/networksecurityperimeters/profiles",
  "microsoft.network/networksecurityperimeters/profiles/accessrules",
  "microsoft.network/networksecurityperimeters/resourceassociations",
]);

/** Types that nothing of the network depends on. */
export const isInert = (type: string): boolean =>
  /^azurerm_(monitor_(metric|activity_log|scheduled_query|action|data_collection)|management_lock|sentinel_|consumption_|portal_|policy_|resource_policy|subscription_policy|advisor_|log_analytics_(linked|solution|data_export|workspace_table)|key_vault_(secret|key|certificate)|storage_(container|blob|queue|table|share|management)|service_plan|application_insights|dns_)/.test(
    type,
  ) || !type.startsWith("az");
