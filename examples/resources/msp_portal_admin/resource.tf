resource "msp_partner_user" "dana" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
}

# Referring to the partner user makes Terraform create the person first and remove the portal access first.
resource "msp_portal_admin" "dana" {
  email = msp_partner_user.dana.email
  name  = msp_partner_user.dana.name
  role  = "msp_helpdesk"
}
