import {
  to = msp_external_admins.initech
  identity = {
    customer_id = "cus_initech2222222222222"
  }
}
