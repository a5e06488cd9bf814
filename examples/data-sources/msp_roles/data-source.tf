data "msp_customer" "initech" {
  domain = "initech.example"
}

# The roles that external administrators of this customer can be given.
data "msp_roles" "initech" {
  customer_id = data.msp_customer.initech.id
}

output "assignable" {
  value = [for role in data.msp_roles.initech.roles : role.name if role.assignable]
}

# The roles of the partner's own account.
data "msp_roles" "own" {}
