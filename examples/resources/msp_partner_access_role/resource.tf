data "msp_customer" "initech" {
  domain = "initech.example"
}

# Creates the group "Initech Decision Maker" on the partner's account and mails both addresses.
resource "msp_partner_access_role" "initech" {
  customer_id   = data.msp_customer.initech.id
  role          = "decision_maker"
  notify_emails = ["office@initech.example", "delegation@northwind-msp.example"]
}
