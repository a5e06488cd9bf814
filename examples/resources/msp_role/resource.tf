data "msp_customer" "initech" {
  domain = "initech.example"
}

# A role of a customer's account, and somebody who holds it there.
resource "msp_role" "mail_desk" {
  customer_id = data.msp_customer.initech.id
  name        = "Mail Desk"
  description = "Follows messages and reads reports."
  permissions = ["account.read", "messages.track", "reports.read"]

  # A new name is a new role: whoever holds it changes over before the old one goes.
  lifecycle {
    create_before_destroy = true
  }
}

resource "msp_external_admin" "lee_at_initech" {
  customer_id = data.msp_customer.initech.id
  email       = "lee@northwind-msp.example"
  role        = msp_role.mail_desk.name
}

# A role of the partner's own account, which lets people who are no administrators add others.
resource "msp_role" "front_desk" {
  name        = "Front Desk"
  permissions = ["users.read", "users.manage"]
}

resource "msp_partner_user" "sasha" {
  email        = "sasha.berg@northwind-msp.example"
  name         = "Sasha Berg"
  account_role = msp_role.front_desk.name
}
