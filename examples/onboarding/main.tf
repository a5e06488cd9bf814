locals {
  administrators = { for row in csvdecode(file("${path.module}/administrators.csv")) : row.email => row }
  customers      = { for row in csvdecode(file("${path.module}/customers.csv")) : row.domain => row }
  exceptions     = { for row in csvdecode(file("${path.module}/exceptions.csv")) : "${row.customer}/${row.administrator}" => row }
  roles          = { for row in csvdecode(file("${path.module}/roles.csv")) : row.customer => row... }
}

# Who came from the directory is there; everybody else is added by hand.
data "msp_partner_users" "directory" {
  source = "directory"
}

resource "msp_partner_user" "administrator" {
  for_each = {
    for email, row in local.administrators : email => row
    if !contains([for user in data.msp_partner_users.directory.partner_users : lower(user.email)], lower(email))
  }

  email = each.key
  name  = each.value.name
  phone = each.value.phone
}

resource "msp_portal_admin" "administrator" {
  for_each = local.administrators

  email = each.key
  name  = each.value.name
  phone = each.value.phone
  role  = each.value.portal_role

  # Nobody is a portal admin who is not a partner user first.
  depends_on = [msp_partner_user.administrator]
}

module "customer" {
  source   = "./customer"
  for_each = local.customers

  name    = each.value.name
  domain  = each.key
  country = each.value.country
  product = each.value.product
  seats   = each.value.seats

  # Only from here do the customer's own people get in; logins through the portal are judged by the partner's config.
  allowed_ip_ranges = toset(compact(split("+", each.value.allowed_ip_ranges)))

  # What else the Request for Information says comes from the partner's config.
  smarthost = each.value.smarthost == "" ? null : each.value.smarthost

  custom_roles = { for row in lookup(local.roles, each.key, []) : row.name => toset(split("+", row.permissions)) }

  # Every administrator, with the usual role or what exceptions.csv says. Referring to the portal admins makes Terraform
  # create the people first.
  administrators = {
    for email, admin in msp_portal_admin.administrator : admin.email => {
      role       = try(local.exceptions["${each.key}/${email}"].role, local.administrators[email].customer_role)
      expires_at = try(compact([local.exceptions["${each.key}/${email}"].expires_at])[0], null)
    }
  }
  administrators_as_map = var.administrators_as_maps

  access_roles        = toset(compact(split("+", each.value.access_roles)))
  notify_emails       = var.notify_emails
  deletion_protection = var.deletion_protection
}
