import {
  to = msp_emergency_contact.this
  identity = {
    id = "emergency_contact"
  }
}
