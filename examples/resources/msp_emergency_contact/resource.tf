# Whom the vendor reaches, at any hour, when something is wrong with the partner's account.
resource "msp_emergency_contact" "this" {
  name             = "Northwind on call"
  email            = "on-call@northwind-msp.example"
  mobile           = "+49 170 5550100"
  phone            = "+49 30 1234567"
  alternate_emails = ["alex@northwind-msp.example", "robin@northwind-msp.example"]
}
