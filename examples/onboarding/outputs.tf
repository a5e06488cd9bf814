output "customers" {
  description = "The customers' ids by domain."
  value       = { for domain, customer in module.customer : domain => customer.id }
}
