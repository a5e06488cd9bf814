output "customers" {
  description = "The customers' ids by domain."
  value       = { for domain, customer in module.customer : domain => customer.id }

  precondition {
    condition     = length(local.strangers) == 0
    error_message = "customers.csv has no ${join(", ", local.strangers)}, which administrators.yaml, users.csv, contacts.csv or roles.csv name."
  }
}
