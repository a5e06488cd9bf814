# Asks the API, not the state, who can get in where, and why.

terraform {
  required_version = ">= 1.5"

  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}

provider "msp" {}

data "msp_customers" "all" {}

data "msp_external_admins" "all" {}

data "msp_partner_access_groups" "all" {}

data "msp_customer_users" "all" {}

locals {
  # One column for each administrator, so that a row shows at a glance who can do what.
  people = sort(distinct([for admin in data.msp_external_admins.all.external_admins : admin.email]))
  roles  = { for admin in data.msp_external_admins.all.external_admins : "${admin.customer_id}/${admin.email}" => admin.role }
  groups = { for group in data.msp_partner_access_groups.all.groups : group.customer_id => "${group.role} (${length(group.members)})"... }
  users  = { for user in data.msp_customer_users.all.customer_users : user.customer_id => user.email... }
  names  = { for customer in data.msp_customers.all.customers : customer.name => customer.id }

  header = join("", concat(
    [format("%-20s", "customer")],
    [for email in local.people : format("%-23s", split("@", email)[0])],
    [format("%-7s", "users"), "partner access roles (members)"],
  ))
  rows = [
    for name in sort(keys(local.names)) : join("", concat(
      [format("%-20s", name)],
      [for email in local.people : format("%-23s", lookup(local.roles, "${local.names[name]}/${email}", "-"))],
      [format("%-7d", length(lookup(local.users, local.names[name], []))), join(" + ", sort(lookup(local.groups, local.names[name], ["-"])))],
    ))
  ]
}

output "table" {
  description = "Who can get in where: a row for each customer, a column for each administrator."
  value       = join("\n", concat([local.header], local.rows))
}

# Logins that show the rules: from the partner's office and from elsewhere, through the portal and directly.
locals {
  office    = "198.51.100.7"
  elsewhere = "203.0.113.200"
  logins = [
    { who = "alex.meyer@northwind-msp.example", customer = "Delta Dental", via = "portal", from = local.office },
    { who = "carla.rossi@northwind-msp.example", customer = "Bluebird Bakery", via = "portal", from = local.office },
    { who = "carla.rossi@northwind-msp.example", customer = "Heron Health", via = "direct", from = local.office },
    { who = "bo.lindqvist@northwind-msp.example", customer = "Harbour Hotels", via = "portal", from = local.office },
    { who = "bo.lindqvist@northwind-msp.example", customer = "Harbour Hotels", via = "direct", from = local.office },
    { who = "bo.lindqvist@northwind-msp.example", customer = "Harbour Hotels", via = "portal", from = local.elsewhere },
    { who = "dmitri.orlov@northwind-msp.example", customer = "Zephyr Zoo", via = "portal", from = local.office },
    { who = "ada.brandt@acme-ltd.example", customer = "Acme Ltd", via = "direct", from = local.elsewhere },
    { who = "ines.moreau@consultants.example", customer = "Delta Dental", via = "direct", from = local.elsewhere },
  ]
}

data "msp_effective_access" "login" {
  for_each = { for i, login in local.logins : i => login }

  customer_id = local.names[each.value.customer]
  email       = each.value.who
  via         = each.value.via
  source_ip   = each.value.from
}

output "why" {
  description = "Whether each of the logins works, by which ways, and why."
  value = join("\n", flatten([
    for i, login in local.logins : [
      format("%s %s at %s, %s from %s", data.msp_effective_access.login[i].allowed ? "yes" : "NO ", login.who, login.customer,
      login.via == "portal" ? "through the portal" : "directly", login.from),
      length(data.msp_effective_access.login[i].paths) == 0 ? ["    ${join(" ", data.msp_effective_access.login[i].reasons)}"] : [],
      [
        for way in data.msp_effective_access.login[i].paths :
        "    ${way.allowed ? "open" : "closed"}: ${way.kind} as ${way.role}. ${join(" ", way.reasons)}"
      ],
    ]
  ]))
}
