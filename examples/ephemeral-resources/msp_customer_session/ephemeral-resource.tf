variable "portal_password" {
  description = "Alex's own password of the partner portal."
  type        = string
  sensitive   = true
  ephemeral   = true
}

data "msp_customer" "initech" {
  domain = "initech.example"
}

# Signs Alex in to the customer for the time of this run.
ephemeral "msp_customer_session" "initech" {
  customer_id = data.msp_customer.initech.id
  email       = "alex@northwind-msp.example"
  password    = var.portal_password
}

# Whatever uses this provider works inside the customer, with the rights of the session.
provider "msp" {
  alias    = "initech"
  endpoint = ephemeral.msp_customer_session.initech.endpoint
  token    = ephemeral.msp_customer_session.initech.token
}

resource "msp_customer_user" "auditor" {
  provider    = msp.initech
  customer_id = data.msp_customer.initech.id
  email       = "nina.auditor@initech.example"
  name        = "Nina Auditor"
  role        = "audit"
}
