import {
  to = msp_partner_access_role.initech
  id = "cus_initech2222222222222/decision_maker"
}
