import {
  to = msp_domain_verification.main
  id = "northwind.example"
}
