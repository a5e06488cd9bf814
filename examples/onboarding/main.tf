locals {
  administrators = { for row in csvdecode(file("${path.module}/administrators.csv")) : row.email => row }
  customers      = { for row in csvdecode(file("${path.module}/customers.csv")) : row.domain => row }
  exceptions     = { for row in csvdecode(file("${path.module}/exceptions.csv")) : "${row.customer}/${row.administrator}" => row.role }

  # Every administrator at every customer, with the usual role or the one that exceptions.csv names.
  delegations = {
    for pair in setproduct(keys(local.customers), keys(local.administrators)) : "${pair[0]}/${pair[1]}" => {
      customer = pair[0]
      email    = pair[1]
      role     = lookup(local.exceptions, "${pair[0]}/${pair[1]}", local.administrators[pair[1]].customer_role)
    }
  }

  access_roles = merge([
    for domain, customer in local.customers : {
      for role in split("+", customer.access_roles) : "${domain}/${role}" => { customer = domain, role = role }
      if role != ""
    }
  ]...)
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

resource "msp_customer" "this" {
  for_each = local.customers

  name                = each.value.name
  domain              = each.key
  country             = each.value.country
  product             = each.value.product
  seats               = each.value.seats
  deletion_protection = var.deletion_protection

  # The RFI is pre-filled when the customer is created, so the config has to be there first.
  depends_on = [msp_partner_config.this]
}

resource "msp_external_admin" "this" {
  for_each = local.delegations

  customer_id = msp_customer.this[each.value.customer].id
  email       = msp_portal_admin.administrator[each.value.email].email
  role        = each.value.role
}

resource "msp_partner_access_role" "this" {
  for_each = local.access_roles

  customer_id   = msp_customer.this[each.value.customer].id
  role          = each.value.role
  notify_emails = var.notify_emails
}
