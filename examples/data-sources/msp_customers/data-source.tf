# Every customer in use, whoever set it up.
data "msp_customers" "enabled" {
  enabled = true
}

# One person in all of them.
resource "msp_external_admin" "everywhere" {
  for_each = data.msp_customers.enabled.ids_by_domain

  customer_id = each.value
  email       = "robin@northwind-msp.example"
  role        = "basic_administrator"
}

# Customers whose people may sign in without single sign-on.
output "without_sso" {
  value = [for customer in data.msp_customers.enabled.customers : customer.domain if !customer.require_sso]
}
