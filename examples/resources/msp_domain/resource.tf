resource "msp_domain" "main" {
  name                = "northwind.example"
  verification_method = "TXT"
}

# Publish this with the resource of your DNS provider, or by hand. Other TXT records of the domain do no harm.
output "record" {
  value = msp_domain.main.record
}
