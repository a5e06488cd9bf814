import {
  to = msp_domain_verification.main
  identity = {
    domain = "northwind.example"
  }
}
