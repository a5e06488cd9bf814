import {
  to = msp_partner_access_role.initech
  identity = {
    customer_id = "cus_initech2222222222222"
    role        = "decision_maker"
  }
}
