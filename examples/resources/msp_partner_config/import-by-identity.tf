import {
  to = msp_partner_config.this
  identity = {
    id = "partner"
  }
}
