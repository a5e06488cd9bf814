import {
  to = msp_domain.main
  identity = {
    name = "northwind.example"
  }
}
