import {
  to = msp_partner_access_group_member.jordan
  identity = {
    customer_id = "cus_initech2222222222222"
    role        = "phone_manager"
    email       = "jordan@northwind-msp.example"
  }
}
