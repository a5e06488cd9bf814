resource "msp_customer" "tailwind" {
  name   = "Tailwind Traders"
  domain = "tailwind.example"

  # On by default: switching it off takes an apply of its own, before the customer can be destroyed.
  deletion_protection = false
}

# The customer's own administrator, besides the one that the account is created with.
resource "msp_customer_user" "ana" {
  customer_id = msp_customer.tailwind.id
  email       = "ana.silva@tailwind.example"
  name        = "Ana Silva"
  role        = "master_admin"
}

# The customer's service desk. One more line is one more user, and each role is changed in place.
locals {
  service_desk = {
    "tom.reed@tailwind.example"  = { name = "Tom Reed", role = "full_support" }
    "mia.brandt@service.example" = { name = "Mia Brandt", role = "limited_support" }
  }
}

resource "msp_customer_user" "service_desk" {
  for_each = local.service_desk

  customer_id = msp_customer.tailwind.id
  email       = each.key
  name        = each.value.name
  role        = each.value.role
}
