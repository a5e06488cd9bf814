resource "msp_partner_user" "dana" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
}

resource "msp_portal_admin" "dana" {
  email = msp_partner_user.dana.email
  name  = msp_partner_user.dana.name
  role  = "msp_helpdesk"
}

data "msp_customer" "initech" {
  domain = "initech.example"
}

# One person at one customer. Referring to the portal admin makes Terraform create the person first.
resource "msp_external_admin" "dana_at_initech" {
  customer_id = data.msp_customer.initech.id
  email       = msp_portal_admin.dana.email
  role        = "basic_administrator"
}

# For as long as a project lasts. The access ends by itself; the plan warns from 14 days before.
resource "msp_external_admin" "robin_at_initech" {
  customer_id = data.msp_customer.initech.id
  email       = "robin@northwind-msp.example"
  role        = "partner_administrator"
  expires_at  = "2036-06-30T18:00:00+02:00"
}

# Every person of a team at every customer of a list. For hundreds of customers see the guide "A thousand customers": a map
# for each is planned many times faster than a block over all rows.
locals {
  team      = ["lee@northwind-msp.example", "robin@northwind-msp.example"]
  customers = ["globex.example", "umbrella.example"]
}

data "msp_customer" "delegated" {
  for_each = toset(local.customers)
  domain   = each.value
}

resource "msp_external_admin" "team" {
  for_each = {
    for pair in setproduct(local.customers, local.team) : "${pair[0]}/${pair[1]}" => {
      customer = pair[0]
      email    = pair[1]
    }
  }

  customer_id = data.msp_customer.delegated[each.value.customer].id
  email       = each.value.email
  role        = "partner_administrator"
}
