data "msp_customer" "acme" {
  domain = "acme.example"
}

# May Lee enter Acme's console from home, and why?
data "msp_effective_access" "lee_from_home" {
  customer_id = data.msp_customer.acme.id
  email       = "lee@northwind-msp.example"
  source_ip   = "198.51.100.7"
  via         = "direct"
}

output "lee_from_home" {
  value = {
    allowed = data.msp_effective_access.lee_from_home.allowed
    reasons = data.msp_effective_access.lee_from_home.reasons
  }
}

# Somebody who has left: a check complains with every plan and apply if that person still gets in.
data "msp_effective_access" "pat" {
  customer_id = data.msp_customer.acme.id
  email       = "pat@northwind-msp.example"
}

check "pat_is_out" {
  assert {
    condition     = !data.msp_effective_access.pat.allowed
    error_message = "Pat still gets in at Acme: ${join(" ", data.msp_effective_access.pat.reasons)}"
  }
}
