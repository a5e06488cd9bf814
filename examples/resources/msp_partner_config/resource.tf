# Pre-fills the Request for Information of every customer that is created afterwards.
resource "msp_partner_config" "this" {
  outbound_ips = ["198.51.100.0/24", "2001:db8:100::/48"]
  inbound_ips  = ["203.0.113.10", "203.0.113.11"]

  smarthost = {
    host = "relay.northwind-msp.example"
    port = 587
  }
}
