# One customer and everybody of the partner who gets in there. As a module of its own, called once for each customer, it
# refers to its one customer only: with thousands of customers Terraform plans this several times faster than blocks over
# all of them.

terraform {
  required_providers {
    msp = {
      source = "terraform-provider-msp/msp"
    }
  }
}

resource "msp_customer" "this" {
  name                = var.name
  domain              = var.domain
  country             = var.country
  product             = var.product
  seats               = var.seats
  allowed_ip_ranges   = var.allowed_ip_ranges
  rfi                 = var.smarthost == null ? null : { smarthost = { host = var.smarthost } }
  deletion_protection = var.deletion_protection
}

# Roles of the customer's account that it has not by itself.
resource "msp_role" "this" {
  for_each = var.custom_roles

  customer_id = msp_customer.this.id
  name        = each.key
  permissions = each.value
}

# One resource for each administrator ...
resource "msp_external_admin" "this" {
  for_each = var.administrators_as_map ? {} : var.administrators

  customer_id = msp_customer.this.id
  email       = each.key
  role        = each.value.role
  expires_at  = each.value.expires_at

  depends_on = [msp_role.this]
}

# ... or one map, which then says all that there is: nobody else gets in.
resource "msp_external_admins" "this" {
  count = var.administrators_as_map ? 1 : 0

  customer_id = msp_customer.this.id
  admins      = var.administrators

  depends_on = [msp_role.this]
}

resource "msp_partner_access_role" "this" {
  for_each = var.access_roles

  customer_id   = msp_customer.this.id
  role          = each.key
  notify_emails = var.notify_emails
}

output "id" {
  description = "The customer's id."
  value       = msp_customer.this.id
}
