data "msp_customer" "initech" {
  domain = "initech.example"
}

# Everybody who may enter one customer. Whoever is not listed loses access, line by line in the plan.
resource "msp_external_admins" "initech" {
  customer_id = data.msp_customer.initech.id
  admins = {
    "lee@northwind-msp.example"   = { role = "partner_administrator" }
    "robin@northwind-msp.example" = { role = "basic_administrator", expires_at = "2036-06-30T18:00:00+02:00" }
  }
}

# The same team at every customer of a list, with people of the same run. Referring to the portal admin makes Terraform
# create the person first. For hundreds of customers, put the map into a module and call that for each.
locals {
  customers = ["umbrella.example"]
  team = {
    "lee@northwind-msp.example"   = { role = "partner_administrator" }
    (msp_portal_admin.drew.email) = { role = "basic_administrator" }
  }
}

resource "msp_partner_user" "drew" {
  email = "drew.park@northwind-msp.example"
  name  = "Drew Park"
}

resource "msp_portal_admin" "drew" {
  email = msp_partner_user.drew.email
  name  = msp_partner_user.drew.name
  role  = "msp_helpdesk"
}

data "msp_customer" "delegated" {
  for_each = toset(local.customers)
  domain   = each.value
}

resource "msp_external_admins" "delegated" {
  for_each    = data.msp_customer.delegated
  customer_id = each.value.id
  admins      = local.team
}
