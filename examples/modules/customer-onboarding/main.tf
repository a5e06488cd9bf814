# One customer, and everybody who gets in there. Whatever is asked for refers to this one customer only: called once for
# each of thousands of customers, Terraform plans that several times faster than blocks over all of them.

resource "msp_customer" "this" {
  name   = var.name
  domain = var.domain

  stage               = var.stage
  country             = var.country
  product             = var.product
  seats               = var.seats
  external_id         = var.external_id
  implementation_lead = var.implementation_lead

  enabled           = var.enabled
  require_sso       = var.require_sso
  allowed_ip_ranges = var.allowed_ip_ranges
  rfi               = var.rfi

  deletion_protection = var.deletion_protection
  force_destroy       = var.force_destroy
}

# The customer's own people. Addresses compare without regard to case, so another spelling of one is not another person.
resource "msp_customer_user" "this" {
  for_each = { for email, user in var.users : lower(email) => merge(user, { email = email }) }

  customer_id = msp_customer.this.id
  email       = each.value.email
  name        = each.value.name
  role        = each.value.role
}

# Whom to ask at the customer, and who decides there: people with contact roles, wherever they work.
resource "msp_authorized_contact" "this" {
  for_each = { for email, contact in var.contacts : lower(email) => merge(contact, { email = email }) }

  customer_id = msp_customer.this.id
  email       = each.value.email
  name        = each.value.name
  phone       = each.value.phone
  roles       = each.value.roles
}

# Roles of the account that it does not have by itself.
resource "msp_role" "this" {
  for_each = var.custom_roles

  customer_id = msp_customer.this.id
  name        = each.key
  description = each.value.description
  permissions = each.value.permissions

  # Where one role takes the place of another, those who hold the old one change over before it goes.
  lifecycle {
    create_before_destroy = true
  }
}

# Who of the partner may enter the administration console: the whole list, so that nobody gets in who is not in it.
resource "msp_external_admins" "this" {
  count = var.external_admins == null ? 0 : 1

  customer_id = msp_customer.this.id
  admins      = var.external_admins

  lifecycle {
    precondition {
      condition     = alltrue([for email in keys(var.external_admins) : !endswith(lower(email), "@${lower(var.domain)}")])
      error_message = "external_admins are people of the partner. ${join(", ", [for email in keys(var.external_admins) : email if endswith(lower(email), "@${lower(var.domain)}")])}: that is an address of the customer's own; make the person one of the users."
    }
  }

  depends_on = [msp_role.this]
}

# Roles that the customer gives to the partner as a whole ...
resource "msp_partner_access_role" "this" {
  for_each = var.access_roles

  customer_id   = msp_customer.this.id
  role          = each.key
  notify_emails = each.value.notify_emails == null ? var.notify_emails : each.value.notify_emails

  lifecycle {
    precondition {
      condition     = length(each.value.notify_emails == null ? var.notify_emails : each.value.notify_emails) > 0
      error_message = "Somebody has to be told that the partner has the role ${each.key}: set notify_emails, or access_roles.${each.key}.notify_emails."
    }
  }
}

# ... and whom the partner puts into the groups of these.
resource "msp_partner_access_group_member" "this" {
  for_each = merge([
    for role, access in var.access_roles : { for email in access.members : "${role}/${lower(email)}" => { role = role, email = email } }
  ]...)

  customer_id = msp_partner_access_role.this[each.value.role].customer_id
  role        = msp_partner_access_role.this[each.value.role].role
  email       = each.value.email
}
