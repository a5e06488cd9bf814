# Who is in one customer's account?
data "msp_customer" "umbrella" {
  domain = "umbrella.example"
}

data "msp_customer_users" "umbrella" {
  customer_id = data.msp_customer.umbrella.id
}

output "umbrella_users" {
  value = { for user in data.msp_customer_users.umbrella.customer_users : user.email => user.role }
}

# Who may do everything, in any customer's account?
data "msp_customer_users" "masters" {
  role = "master_admin"
}

output "master_admins" {
  value = [for user in data.msp_customer_users.masters.customer_users : user.id]
}
