import {
  to = msp_customer_user.ana
  id = "cus_umbrella222222222222/ana.silva@umbrella.example"
}
