data "msp_customer" "initech" {
  domain = "initech.example"
}

resource "msp_partner_access_role" "initech" {
  customer_id   = data.msp_customer.initech.id
  role          = "phone_manager"
  notify_emails = ["office@initech.example"]
}

# Jordan looks after the customer's phones, and sees no invoices and payments.
resource "msp_partner_access_group_member" "jordan" {
  customer_id = msp_partner_access_role.initech.customer_id
  role        = msp_partner_access_role.initech.role
  email       = "jordan@northwind-msp.example"
}
