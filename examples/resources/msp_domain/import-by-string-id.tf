import {
  to = msp_domain.main
  id = "northwind.example"
}
