output "record" {
  description = "The DNS record that shows that the domain is yours."
  value       = msp_domain.main.record
}

output "domains" {
  description = "How far the domains are."
  value       = { for domain in [msp_domain.main, msp_domain.support] : domain.name => domain.status }
}

output "directory_status" {
  description = "How the directory is doing; people are there once it is ok."
  value       = one(msp_directory_integration.staff[*].status)
}

output "directory_users" {
  description = "How many people came from the directory."
  value       = one(msp_directory_integration.staff[*].user_count)
}
