import {
  to = msp_external_admins.initech
  id = "cus_initech2222222222222"
}
