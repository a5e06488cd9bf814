import {
  to = msp_customer_user.ana
  identity = {
    customer_id = "cus_umbrella222222222222"
    email       = "ana.silva@umbrella.example"
  }
}
