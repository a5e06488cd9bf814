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

# Every way that Kim has, one line each: what opens it, the role it gives, and why it is open or closed.
data "msp_effective_access" "kim" {
  customer_id = data.msp_customer.acme.id
  email       = "kim@northwind-msp.example"
}

output "kims_ways" {
  value = [
    for way in data.msp_effective_access.kim.paths :
    "${way.allowed ? "open" : "closed"}, ${way.via}: ${way.kind} as ${way.role}. ${join(" ", way.reasons)}"
  ]
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
