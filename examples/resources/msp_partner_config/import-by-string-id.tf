import {
  to = msp_partner_config.this
  id = "partner"
}
