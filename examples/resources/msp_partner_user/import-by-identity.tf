import {
  to = msp_partner_user.dana
  identity = {
    email = "dana.novak@northwind-msp.example"
  }
}
