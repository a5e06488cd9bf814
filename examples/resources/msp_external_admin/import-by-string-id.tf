import {
  to = msp_external_admin.dana_at_initech
  id = "cus_initech2222222222222/dana.novak@northwind-msp.example"
}
