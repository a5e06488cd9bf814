data "msp_customer" "initech" {
  domain = "initech.example"
}

# By the identifier in the partner's own systems.
data "msp_customer" "acme" {
  external_id = "CRM-1001"
}

output "seats" {
  value = {
    initech = data.msp_customer.initech.seats
    acme    = data.msp_customer.acme.seats
  }
}
