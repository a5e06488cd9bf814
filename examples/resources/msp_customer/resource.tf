# The least that a customer needs. What its Request for Information (rfi) says comes from the partner's configuration.
resource "msp_customer" "litware" {
  name   = "Litware"
  domain = "litware.example"

  # Lets terraform destroy delete the customer. Left out, deletion protection is on.
  deletion_protection = false
}

resource "msp_partner_user" "erik" {
  email = "erik.holm@northwind-msp.example"
  name  = "Erik Holm"
}

resource "msp_portal_admin" "erik" {
  email = msp_partner_user.erik.email
  name  = msp_partner_user.erik.name
  role  = "msp_implementation_lead"
}

resource "msp_customer" "tailwind" {
  name        = "Tailwind Traders"
  domain      = "tailwind.example"
  country     = "DE"
  external_id = "CRM-2001"

  product             = "Email Security"
  seats               = 120
  implementation_lead = msp_portal_admin.erik.email

  require_sso       = true
  allowed_ip_ranges = ["203.0.113.0/24", "2001:db8:20::/48"]

  # Only the outbound addresses and the smarthost are this customer's own, the inbound addresses are the partner's.
  rfi = {
    outbound_ips = ["203.0.113.25"]
    smarthost = {
      host = "relay.tailwind.example"
      port = 587
    }
  }

  deletion_protection = false
}

# A prospect becomes a customer, which is an order, by changing its stage.
resource "msp_customer" "fourth_coffee" {
  name   = "Fourth Coffee"
  domain = "fourth-coffee.example"
  stage  = "prospect"

  deletion_protection = false
}
