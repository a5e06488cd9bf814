import {
  to = msp_portal_admin.dana
  id = "dana.novak@northwind-msp.example"
}
