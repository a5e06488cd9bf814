locals {
  administrators = yamldecode(file("${path.module}/administrators.yaml"))
  customers      = { for row in csvdecode(file("${path.module}/customers.csv")) : row.domain => row }
  users          = { for row in csvdecode(file("${path.module}/users.csv")) : row.customer => row... }
  contacts       = { for row in csvdecode(file("${path.module}/contacts.csv")) : row.customer => row... }
  roles          = { for row in csvdecode(file("${path.module}/roles.csv")) : row.customer => row... }

  # By customer, who enters its console: everybody with a customer_role, and what the exceptions say otherwise.
  external_admins = {
    for domain in keys(local.customers) : domain => {
      for email, person in local.administrators : email => {
        role       = try(person.exceptions[domain].role, person.customer_role)
        expires_at = try(person.exceptions[domain].expires_at, null)
      }
      if try(person.exceptions[domain].role, person.customer_role, null) != null && try(person.exceptions[domain].allowed, true)
    }
  }

  # A typing error in a domain would otherwise be passed over in silence.
  strangers = setsubtract(
    concat(keys(local.users), keys(local.contacts), keys(local.roles), flatten([for person in local.administrators : keys(try(person.exceptions, {}))])),
    keys(local.customers),
  )
}

# Who came from the directory is there; everybody else is added by hand.
data "msp_partner_users" "directory" {
  source = "directory"
}

resource "msp_partner_user" "administrator" {
  for_each = {
    for email, person in local.administrators : email => person
    if !contains([for user in data.msp_partner_users.directory.partner_users : lower(user.email)], lower(email))
  }

  email = each.key
  name  = each.value.name
  phone = each.value.phone

  # Who leaves goes last, after every door is closed.
  lifecycle {
    create_before_destroy = true
  }
}

resource "msp_portal_admin" "administrator" {
  for_each = local.administrators

  email = each.key
  name  = each.value.name
  phone = each.value.phone
  role  = each.value.portal_role

  # Nobody is a portal admin who is not a partner user first.
  depends_on = [msp_partner_user.administrator]

  # Somebody who can still enter a customer can't be removed.
  lifecycle {
    create_before_destroy = true
  }
}

# A call for each customer, not blocks over all of their rows: Terraform evaluates a whole for_each again for each instance.
module "customer" {
  source   = "../modules/customer-onboarding"
  for_each = local.customers

  name                = each.value.name
  domain              = each.key
  country             = each.value.country
  product             = each.value.product
  seats               = each.value.seats
  external_id         = each.value.external_id
  implementation_lead = each.value.implementation_lead == "" ? null : msp_portal_admin.administrator[each.value.implementation_lead].email

  # Only from here do the customer's own people get in; logins through the portal are judged by the partner's config.
  allowed_ip_ranges = compact(split("+", each.value.allowed_ip_ranges))

  # What else the Request for Information says comes from the partner's config.
  rfi = each.value.smarthost == "" ? null : { smarthost = { host = each.value.smarthost } }

  users = { for row in lookup(local.users, each.key, []) : row.email => row }

  contacts = {
    for row in lookup(local.contacts, each.key, []) : row.email => {
      name  = row.name
      phone = row.phone == "" ? null : row.phone
      roles = split("+", row.roles)
    }
  }

  custom_roles = {
    for row in lookup(local.roles, each.key, []) : row.name => { description = row.description, permissions = split("+", row.permissions) }
  }

  # Referring to the portal admins makes Terraform create the people first.
  external_admins = {
    for email, admin in local.external_admins[each.key] : msp_portal_admin.administrator[email].email => admin
  }

  access_roles = {
    for role in compact(split("+", each.value.access_roles)) : role => {
      members = [for email, person in local.administrators : msp_portal_admin.administrator[email].email if contains(try(person.access_groups, []), role)]
    }
  }

  notify_emails       = var.notify_emails
  deletion_protection = var.deletion_protection
}
