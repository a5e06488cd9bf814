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
  deletion_protection = var.deletion_protection
}

# One resource for each administrator ...
resource "msp_external_admin" "this" {
  for_each = var.administrators_as_map ? {} : var.administrators

  customer_id = msp_customer.this.id
  email       = each.key
  role        = each.value
}

# ... or one map, which then says all that there is: nobody else gets in.
resource "msp_external_admins" "this" {
  count = var.administrators_as_map ? 1 : 0

  customer_id = msp_customer.this.id
  admins      = { for email, role in var.administrators : email => { role = role } }
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
