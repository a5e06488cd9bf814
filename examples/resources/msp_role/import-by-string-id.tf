import {
  to = msp_role.mail_desk
  id = "cus_initech2222222222222/Mail Desk"
}
