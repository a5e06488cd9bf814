locals {
  administrators = { for row in csvdecode(file("${path.module}/administrators.csv")) : row.email => row }
  customers      = { for row in csvdecode(file("${path.module}/customers.csv")) : row.domain => row }
  exceptions     = { for row in csvdecode(file("${path.module}/exceptions.csv")) : "${row.customer}/${row.administrator}" => row.role }
}

# What pre-fills the Request for Information of every customer below.
resource "msp_partner_config" "this" {
  outbound_ips = ["198.51.100.0/24", "2001:db8:100::/48"]
  inbound_ips  = ["203.0.113.10", "203.0.113.11"]

  smarthost = {
    host = "relay.northwind-msp.example"
    port = 587
  }
}

resource "msp_partner_user" "administrator" {
  for_each = local.administrators

  email = each.key
  name  = each.value.name
  phone = each.value.phone
}

resource "msp_portal_admin" "administrator" {
  for_each = local.administrators

  email = msp_partner_user.administrator[each.key].email
  name  = each.value.name
  phone = each.value.phone
  role  = each.value.portal_role
}

module "customer" {
  source   = "./customer"
  for_each = local.customers

  name    = each.value.name
  domain  = each.key
  country = each.value.country
  product = each.value.product
  seats   = each.value.seats

  # Every administrator, with the usual role or the one that exceptions.csv names. Referring to the portal admins makes
  # Terraform create the people first.
  administrators = {
    for email, admin in msp_portal_admin.administrator :
    admin.email => lookup(local.exceptions, "${each.key}/${email}", local.administrators[email].customer_role)
  }
  administrators_as_map = var.administrators_as_maps

  access_roles        = toset(compact(split("+", each.value.access_roles)))
  notify_emails       = var.notify_emails
  deletion_protection = var.deletion_protection

  # The RFI is pre-filled when the customer is created, so the config has to be there first.
  depends_on = [msp_partner_config.this]
}
