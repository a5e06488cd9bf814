data "msp_partner_config" "this" {}

output "mail_leaves_from" {
  value = data.msp_partner_config.this.outbound_ips
}
