# Asks the API, not the state, who can get in where.

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

locals {
  # One column for each administrator, so that a row shows at a glance who can do what.
  people = sort(distinct([for admin in data.msp_external_admins.all.external_admins : admin.email]))
  roles  = { for admin in data.msp_external_admins.all.external_admins : "${admin.customer_id}/${admin.email}" => admin.role }
  groups = { for group in data.msp_partner_access_groups.all.groups : group.customer_id => group.role... }
  names  = { for customer in data.msp_customers.all.customers : customer.name => customer.id }

  header = join("", concat(
    [format("%-20s", "customer")],
    [for email in local.people : format("%-23s", split("@", email)[0])],
    ["partner access roles"],
  ))
  rows = [
    for name in sort(keys(local.names)) : join("", concat(
      [format("%-20s", name)],
      [for email in local.people : format("%-23s", lookup(local.roles, "${local.names[name]}/${email}", "-"))],
      [join(" + ", sort(lookup(local.groups, local.names[name], ["-"])))],
    ))
  ]
}

output "table" {
  description = "Who can get in where: a row for each customer, a column for each administrator."
  value       = join("\n", concat([local.header], local.rows))
}
