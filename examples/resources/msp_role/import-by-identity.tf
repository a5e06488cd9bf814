import {
  to = msp_role.mail_desk
  identity = {
    customer_id = "cus_initech2222222222222"
    name        = "Mail Desk"
  }
}
