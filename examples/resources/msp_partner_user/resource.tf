resource "msp_partner_user" "dana" {
  email = "dana.novak@northwind-msp.example"
  name  = "Dana Novak"
  phone = "+49 89 5550199"

  # A role of the partner's own account. People who only use the partner portal need none.
  account_role = "basic_administrator"
}
