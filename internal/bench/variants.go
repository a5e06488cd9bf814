package main

import (
	"fmt"
	"strings"
)

// variant is one way to have the rows in Terraform.
type variant struct {
	name  string   // in the figures
	label string   // for readers
	key   string   // of the binary in the mirror; empty for what is built into Terraform
	alias string   // name of the variant whose workspace and state this one uses
	env   []string // beside those of all
	peer  bool

	source   string // of the provider
	provider string // its block
	block    string // the resource; CUSTOMER is the customer's id, and NAME its block's name
	address  string // type of the resource
}

const (
	terraformData = "terraform_data"
	noopProvider  = "noop"
	single        = "msp"
	perObject     = "msp_per_object"
	plainProvider = "plain"
	mapped        = "msp_map"
	restapi       = "restapi"
	restful       = "restful"
	quiet         = "_quiet" // appended: with the logs of the peer silenced by its user
)

const mapType = "msp_external_admins"

var variants = []variant{
	{
		name: terraformData, label: "terraform_data", address: "terraform_data",
		block: `  for_each = local.roles
  input    = { customer_id = "CUSTOMER", email = each.key, role = each.value }`,
	},
	{
		name: noopProvider, label: "no-op provider", key: "noop", source: "terraform-provider-msp/noop", address: "noop_external_admin",
		provider: "provider \"noop\" {}", block: singleBlock,
	},
	{
		name: single, label: "msp_external_admin", key: "msp", source: "terraform-provider-msp/msp", address: "msp_external_admin",
		provider: "provider \"msp\" {}", block: singleBlock,
	},
	// The same provider as providers usually are: a request for every object, and what the framework does by default.
	{name: perObject, label: "msp, per object", alias: single, env: []string{"MSP_NO_SNAPSHOTS=1", "TF_LOG_SDK=TRACE", "GOGC=100"}},
	{
		name: plainProvider, label: "plain, per object", key: "plain", source: "terraform-provider-msp/plain", address: "plain_external_admin",
		provider: `provider "plain" {
  endpoint = var.endpoint
  token    = var.token
}`,
		block: singleBlock,
	},
	{
		name: mapped, label: mapType, key: "msp", source: "terraform-provider-msp/msp", address: mapType,
		provider: "provider \"msp\" {}",
		block: `  customer_id = "CUSTOMER"
  admins      = { for email, role in local.roles : email => { role = role } }`,
	},
	{
		name: restapi, label: "restapi", key: "restapi", peer: true, source: "Mastercard/restapi", address: "restapi_object",
		provider: `provider "restapi" {
  uri                  = var.endpoint
  write_returns_object = true
  id_attribute         = "email"
  create_method        = "PUT"
  headers              = { Authorization = "Bearer ${var.token}", Content-Type = "application/json" }
}`,
		block: `  for_each    = local.roles
  path        = "/v1/customers/CUSTOMER/external-admins"
  create_path = "/v1/customers/CUSTOMER/external-admins/{id}"
  data        = jsonencode({ email = each.key, role = each.value })

  ignore_server_additions = true # what the answer has besides`,
	},
	{name: restapi + quiet, label: "restapi, logs off", alias: restapi, peer: true, env: []string{"TF_LOG_SDK=OFF", "TF_LOG_SDK_PROTO=OFF", "TF_LOG_SDK_HELPER_SCHEMA=OFF", "TF_LOG_SDK_FRAMEWORK=OFF", "TF_LOG_PROVIDER_RESTAPI=OFF"}},
	{
		name: restful, label: "restful", key: "restful", peer: true, source: "magodo/restful", address: "restful_resource",
		provider: `provider "restful" {
  base_url      = var.endpoint
  create_method = "PUT"
  header        = { Authorization = "Bearer ${var.token}" }
}`,
		block: `  for_each = local.roles
  path     = "/v1/customers/CUSTOMER/external-admins/${each.key}"
  body     = { email = each.key, role = each.value }`,
	},
	{name: restful + quiet, label: "restful, logs off", alias: restful, peer: true, env: []string{"TF_LOG_SDK=OFF", "TF_LOG_SDK_PROTO=OFF", "TF_LOG_SDK_FRAMEWORK=OFF", "TF_LOG_PROVIDER_RESTFUL=OFF"}},
}

const singleBlock = `  for_each    = local.roles
  customer_id = "CUSTOMER"
  email       = each.key
  role        = each.value`

func variantOf(name string) variant {
	for _, v := range variants {
		if v.name == name {
			return v
		}
	}
	panic("no variant " + name) // a mistake in this program
}

// root is the variant that has the workspace.
func (v variant) root() variant {
	if v.alias != "" {
		return variantOf(v.alias)
	}
	return v
}

// config is the root module for so many customers: a block for each, as one block over all rows is evaluated anew for
// every one of them.
func (v variant) config(customers int, backend string) string {
	var b strings.Builder
	b.WriteString("terraform {\n")
	if backend != "" {
		fmt.Fprintf(&b, "  backend \"http\" {\n    address = %q\n  }\n", backend)
	}
	if v.source != "" {
		fmt.Fprintf(&b, "  required_providers {\n    %s = { source = %q }\n  }\n", v.key, v.source)
	}
	b.WriteString("}\n\nvariable \"endpoint\" { type = string }\nvariable \"token\" { type = string }\n\n")
	fmt.Fprintf(&b, "locals {\n  roles = { for i in range(%d) : format(\"admin%%03d@bench-msp.example\", i) => %q }\n}\n\n%s\n", perCustomer, role, v.provider)
	for i := range customers {
		fmt.Fprintf(&b, "\nresource %q %q {\n%s\n}\n", v.address, blockName(i), strings.ReplaceAll(v.block, "CUSTOMER", customerID(i)))
	}
	return b.String()
}

func blockName(i int) string { return strings.TrimPrefix(customerID(i), "cus_") }
