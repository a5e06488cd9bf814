import {
  to = msp_portal_admin.dana
  identity = {
    email = "dana.novak@northwind-msp.example"
  }
}
