import {
  to = msp_partner_access_group_member.jordan
  id = "cus_initech2222222222222/phone_manager/jordan@northwind-msp.example"
}
