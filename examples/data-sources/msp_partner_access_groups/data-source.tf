# The groups whose members decide for customers.
data "msp_partner_access_groups" "decision_makers" {
  role = "decision_maker"
}

output "decision_maker_groups" {
  value = { for group in data.msp_partner_access_groups.decision_makers.groups : group.customer_id => group.name }
}
