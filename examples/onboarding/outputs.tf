output "customers" {
  description = "The customers' ids by domain."
  value       = { for domain, customer in msp_customer.this : domain => customer.id }
}

output "delegations" {
  description = "How many ways into customers are declared here."
  value       = length(msp_external_admin.this) + length(msp_partner_access_role.this)
}
