resource "msp_domain" "main" {
  name                = "northwind.example"
  verification_method = "CNAME"
}

# The record is published with the resource of your DNS provider, for example:
#
#   resource "aws_route53_record" "validation" {
#     zone_id = aws_route53_zone.main.zone_id
#     name    = msp_domain.main.record.name
#     type    = msp_domain.main.record.type
#     records = [msp_domain.main.record.value]
#     ttl     = 300
#   }
#
# and the verification then has depends_on = [aws_route53_record.validation].
resource "msp_domain_verification" "main" {
  domain = msp_domain.main.id

  timeouts = {
    create = "2h"
  }
}
