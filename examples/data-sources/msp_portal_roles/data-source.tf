data "msp_portal_roles" "all" {}

# Which portal roles may enter customers?
output "may_sign_in" {
  value = [for role in data.msp_portal_roles.all.portal_roles : role.name if contains(role.permissions, "customers.sign_in")]
}
