resource "msp_customer" "tailwind" {
  name   = "Tailwind Traders"
  domain = "tailwind.example"

  # On by default: switching it off takes an apply of its own, before the customer can be destroyed.
  deletion_protection = false
}

# Who decides at the customer, besides the administrator that the account is created with.
resource "msp_authorized_contact" "owner" {
  customer_id = msp_customer.tailwind.id
  email       = "mara.lind@tailwind.example"
  name        = "Mara Lind"
  phone       = "+44 20 7946 0958"
  roles       = ["decision_maker", "billing_contact"]
}

# People of others who work for the customer. One more line is one more contact, and roles are changed in place.
locals {
  consultants = {
    "noor@consult.example" = { name = "Noor Haddad", roles = ["technical_contact"] }
    "on-call@help.example" = { name = "Help Desk", roles = ["technical_contact", "emergency_contact"] }
  }
}

resource "msp_authorized_contact" "consultants" {
  for_each = local.consultants

  customer_id = msp_customer.tailwind.id
  email       = each.key
  name        = each.value.name
  roles       = each.value.roles
}
