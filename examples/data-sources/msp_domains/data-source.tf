# What keeps domains from being verified?
data "msp_domains" "pending" {
  status = "pending"
}

output "pending" {
  value = {
    for domain in data.msp_domains.pending.domains :
    domain.name => try(domain.last_check.detail, "not looked up yet")
  }
}
