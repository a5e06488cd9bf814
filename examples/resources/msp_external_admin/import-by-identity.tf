import {
  to = msp_external_admin.dana_at_initech
  identity = {
    customer_id = "cus_initech2222222222222"
    email       = "dana.novak@northwind-msp.example"
  }
}
