import {
  to = msp_partner_user.dana
  id = "dana.novak@northwind-msp.example"
}
