data "msp_partner" "own" {}

# What a customer's seats cost the partner in a month.
data "msp_customer" "initech" {
  domain = "initech.example"
}

locals {
  prices = { for product in data.msp_partner.own.products : product.name => product }
}

output "initech_costs" {
  value = try(
    format("%.2f %s",
      data.msp_customer.initech.seats * tonumber(local.prices[data.msp_customer.initech.product].price),
      local.prices[data.msp_customer.initech.product].currency,
    ),
    "unknown",
  )
}

output "contacts" {
  value = {
    vendor_speaks_to = data.msp_partner.own.contact
    invoices_go_to   = data.msp_partner.own.billing_contact
    status           = data.msp_partner.own.status
  }
}
